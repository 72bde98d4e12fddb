import type { SyncPath } from '../../base/paths.ts';
import { type FileState, sameContent } from '../../protocol/pathState.ts';
import type { RemoteView } from '../core/remoteView.ts';
import { type ConfinedFolder, NoSuchParent } from '../replica/confinedFolder.ts';
import { lookAt } from '../replica/diskEntry.ts';
import { isMissing } from '../replica/diskError.ts';
import type { FileEntry } from '../replica/localContent.ts';
import type { LocalFolder } from '../replica/localFolder.ts';

/** Of a content that is in very many places only so many are looked at. */
const maxLooks = 32;

/** Finds content that the other side has somewhere, so that it need not travel. */
export class RemoteContent {
  readonly #local: LocalFolder;
  readonly #disk: ConfinedFolder;
  readonly #remote: RemoteView;

  constructor(local: LocalFolder, disk: ConfinedFolder, remote: RemoteView) {
    this.#local = local;
    this.#disk = disk;
    this.#remote = remote;
  }

  /** Paths whose file came from here, has this content there, and is gone here: it can be renamed. */
  *findGone(state: FileState): Generator<SyncPath> {
    for (const path of this.#candidates(state)) {
      const put = this.#remote.get(path)?.put;
      const isOurs = put !== undefined && sameContent(put, state);
      if (isOurs && sameContent(this.#remote.expected(path), state) && this.isGone(path)) yield path;
    }
  }

  /** A path other than this one whose file has this content there and will have it when the next operation comes. */
  findCopy(state: FileState, wanted: SyncPath): SyncPath | undefined {
    for (const path of this.#candidates(state)) {
      if (path !== wanted && this.#remote.get(path)?.inFlight === 0) return path;
    }
    return undefined;
  }

  /**
   * Paths that have this content there, while the files that they have here are as long as what is to be replaced by it:
   * perhaps the two are to be exchanged.
   */
  *findPartners(state: FileState, wanted: SyncPath): Generator<[SyncPath, FileEntry]> {
    const base = this.#remote.expected(wanted);
    if (base.kind !== 'file') return;
    for (const path of this.#candidates(state)) {
      const entry = this.#local.tree.get(path);
      if (entry?.kind !== 'file' || path === wanted || !sameContent(this.#remote.expected(path), state)) continue;
      if (entry.fingerprint.size === base.size) yield [path, entry];
    }
  }

  *#candidates({ hash }: FileState): Generator<SyncPath> {
    let count = 0;
    for (const path of this.#remote.holding(hash)) {
      if (++count > maxLooks) return;
      yield path;
    }
  }

  /** Whether nothing is at a path here. The disk is asked: a rename between folders may be told of in two parts. */
  isGone(path: SyncPath): boolean {
    if (this.#local.absence(path, false) !== 'absent') return false;
    this.#disk.begin();
    try {
      return lookAt(this.#disk.entry(path)).kind === 'absent';
    } catch (error) {
      return error instanceof NoSuchParent && error.folder !== '' && isMissing(error.cause);
    }
  }
}
