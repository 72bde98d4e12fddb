import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../../base/log.ts';
import { rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { KeptReason } from '../../protocol/frame.ts';
import { Applier, type Outcome, type StagedOperation } from './applier.ts';
import { ConfinedFolder } from './confinedFolder.ts';
import { isMissing } from './diskError.ts';
import { Observer } from './observer.ts';
import { Partials } from './partials.ts';
import { ReplicaState } from './replicaState.ts';
import { Stage } from './stage.ts';
import { Trash, type TrashItem } from './trash.ts';

/** Where one replica lives. */
export interface ReplicaPlace {
  /** The synced tree. */
  readonly root: string;
  /** The replica's own folder, outside the tree: id and journal. */
  readonly stateDir: string;
  /** Folder for stage and trash, on the file system of the tree. */
  readonly keepDir: string;
  /** Whether times tell of every write; see `tellsWritesApart`. */
  readonly exactTimes?: boolean;
}

/** A version that was replaced or deleted, and where its content is. */
export interface KeptVersion extends TrashItem {
  readonly id: string;
  /** Absolute path of a file or link that must not be changed. */
  readonly file: string;
}

const day = 24 * 60 * 60 * 1000;
const mebibyte = 1024 * 1024;

/** One side's disk: the tree and everything that is remembered about it. */
export class Replica {
  /** Random id of this disk, made with its first use. */
  readonly volumeId: string;
  /** Absolute path of the tree. */
  readonly root: string;
  readonly folder: ConfinedFolder;
  readonly observer: Observer;
  readonly state: ReplicaState;
  readonly stage: Stage;
  readonly partials: Partials;
  readonly #trash: Trash;
  readonly #rescued: Trash;
  readonly #applier: Applier;
  readonly #log: Log;

  /** Opens or makes a replica; throws the disk's error. */
  constructor(place: ReplicaPlace, scheduler: Scheduler, log: Log) {
    mkdirSync(place.stateDir, { recursive: true });
    this.#log = log;
    this.volumeId = readOrMakeId(path.join(place.stateDir, 'volume-id'));
    this.root = place.root;
    this.folder = new ConfinedFolder(place.root);
    this.state = new ReplicaState(path.join(place.stateDir, 'journal'));
    this.observer = new Observer(this.folder, this.state.hashes, scheduler);
    this.stage = new Stage(path.join(place.keepDir, 'stage'));
    this.partials = new Partials(path.join(place.keepDir, 'partial'), scheduler);
    const limits = { maxBytes: keptBytes(place.keepDir), maxItems: 20_000, maxAgeMs: day };
    this.#trash = new Trash(path.join(place.keepDir, 'trash'), limits, scheduler);
    const rescueLimits = { ...limits, maxAgeMs: 7 * day };
    this.#rescued = new Trash(path.join(place.keepDir, 'rescued'), rescueLimits, scheduler);
    const { folder, observer, state, stage } = this;
    this.#applier = new Applier({
      folder,
      observer,
      state,
      stage,
      trash: this.#trash,
      rescued: this.#rescued,
      exactTimes: place.exactTimes ?? false,
      scheduler,
    });
  }

  /** Carries out one operation for a workspace. */
  apply(operation: StagedOperation, workspaceId: string): Outcome {
    return this.#applier.apply(operation, workspaceId);
  }

  /** Runs what needs disk space; when there is none, drops the trash and tries once more. */
  withSpace<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!this.makeSpace()) throw error;
      return work();
    }
  }

  /** Drops the trash of replaced and deleted versions, and interrupted uploads. Answers whether that freed anything. */
  makeSpace(): boolean {
    const dropped = this.partials.empty();
    return this.#trash.empty() || dropped;
  }

  /** Every version that is kept, oldest first within each store. */
  kept(): KeptVersion[] {
    return this.#stores().flatMap(([store, trash]) =>
      trash.items
        .filter((item) => item.path !== rootSyncPath)
        .map((item) => ({ ...item, id: `${store}/${item.name}`, file: trash.fileOf(item) })),
    );
  }

  /** Keeps a copy of a file that was never live in the tree, or of a link. Throws the disk's error. */
  keepCopy(file: string, at: SyncPath, why: KeptReason): void {
    this.#trash.keep(this.#trash.copy(file), at, why);
  }

  /** A kept version by its id. */
  findKept(id: string): KeptVersion | undefined {
    return this.kept().find((version) => version.id === id);
  }

  #stores(): readonly (readonly [string, Trash])[] {
    return [
      ['trash', this.#trash],
      ['rescued', this.#rescued],
    ];
  }

  /** Lets other processes' changes be seen again; call it when a stretch of work is over. */
  endTurn(): void {
    this.folder.release();
  }

  /** Saves what may be saved late and drops old trash. A full disk is logged only: nothing is lost by it. */
  tidy(): void {
    try {
      this.state.save();
      this.#trash.drop();
      this.#rescued.drop();
    } catch (error) {
      this.#log.warn('The state of the replica could not be saved.', { error: String(error) });
    }
  }

  close(): void {
    this.tidy();
    this.folder.release();
    this.state.close();
  }
}

/** At most this much, and no more than a fifth of a small disk. */
function keptBytes(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const { blocks, bsize } = statfsSync(folder);
  return Math.min(1024 * mebibyte, (blocks * bsize) / 5);
}

function readOrMakeId(file: string): string {
  try {
    const id = readFileSync(file, 'utf8').trim();
    if (/^[0-9a-f-]{36}$/.test(id)) return id;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const id = randomUUID();
  writeFileSync(`${file}.new`, `${id}\n`);
  renameSync(`${file}.new`, file);
  return id;
}
