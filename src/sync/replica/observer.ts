import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { absent, folder, type PathState } from '../../protocol/pathState.ts';
import type { HashCache } from '../core/hashCache.ts';
import type { ConfinedFolder } from './confinedFolder.ts';
import { type DiskEntry, lookAt } from './diskEntry.ts';
import { hashInBlocks } from './readFile.ts';
import { runToEnd } from './slices.ts';

/** What is at a path now, with the content of a file named by its hash. */
export interface Observed {
  readonly state: PathState;
  readonly entry: DiskEntry;
}

/** A path holds something that has no state: a socket, a pipe or a device. */
export class NotSyncable extends Error {
  override readonly name = 'NotSyncable';
}

/** A file changes faster than it can be read. */
export class KeepsChanging extends Error {
  override readonly name = 'KeepsChanging';
}

/** Says what is at a path, reading a file only when its fingerprint does not vouch for a known hash. */
export class Observer {
  readonly #folder: ConfinedFolder;
  readonly #hashes: HashCache;
  readonly #scheduler: Scheduler;

  constructor(folder: ConfinedFolder, hashes: HashCache, scheduler: Scheduler) {
    this.#folder = folder;
    this.#hashes = hashes;
    this.#scheduler = scheduler;
  }

  /** Throws the disk's error, `NoSuchParent`, `NotSyncable` or `KeepsChanging`. */
  observe(path: SyncPath): Observed {
    return runToEnd(this.observeSlowly(path));
  }

  /** The same in steps between which other work may be done. */
  *observeSlowly(path: SyncPath): Generator<undefined, Observed> {
    this.#folder.begin();
    const entry = lookAt(this.#folder.entry(path));
    switch (entry.kind) {
      case 'absent':
        return { state: absent, entry };
      case 'folder':
        return { state: folder, entry };
      case 'link':
        return { state: { kind: 'link', target: entry.target }, entry };
      case 'special':
        throw new NotSyncable(`${path} is a socket, a pipe or a device.`);
      case 'file': {
        const hash = this.#hashes.find(path, entry.fingerprint) ?? (yield* this.#read(path));
        return { state: { kind: 'file', hash, size: entry.fingerprint.size, executable: entry.executable }, entry };
      }
    }
  }

  *#read(path: SyncPath): Generator<undefined, ContentHash> {
    const hashedAt = this.#scheduler.now();
    for (let attempt = 0; attempt < 3; attempt++) {
      const read = yield* hashInBlocks(this.#folder.entry(path));
      if (read === undefined) continue;
      this.#hashes.set(path, { ...read, hashedAt });
      return read.hash;
    }
    throw new KeepsChanging(`${path} changes while it is read.`);
  }
}
