import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import { parentSyncPath, rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Offer, Rules } from '../../protocol/frame.ts';
import { maxOfferedBytes } from '../../protocol/limits.ts';
import { absent, type PathState, sameState } from '../../protocol/pathState.ts';
import { sameFingerprint } from '../core/fingerprint.ts';
import { IgnoreRules } from '../core/ignoreRules.ts';
import { isBelow } from '../core/batchOrder.ts';
import { matchPaths, type PathMatcher } from '../core/pathMatcher.ts';
import { NoSuchParent } from '../replica/confinedFolder.ts';
import { type DiskEntry, lookAt } from '../replica/diskEntry.ts';
import { isMissing } from '../replica/diskError.ts';
import type { Inventory } from '../replica/inventory.ts';
import { LocalContent } from '../replica/localContent.ts';
import type { Replica } from '../replica/replica.ts';
import { ChangeFeed } from '../watch/changeFeed.ts';
import type { OpenWatcher } from '../watch/treeWatcher.ts';

/** What an `Offerer` works with. */
export interface OffererParts {
  readonly rules: Rules;
  readonly replica: Replica;
  /** Id of the workspace that is offered to. */
  readonly workspaceId: string;
  readonly scheduler: Scheduler;
  readonly openWatcher: OpenWatcher;
  readonly log: Log;
  /** There is something to offer. */
  readonly onDirty: () => void;
  readonly onFailure: (error: Error) => void;
}

/** A file that changed while it was read is looked at again after this long, in milliseconds. */
const changingMs = 50;
/** How long the feed may take to see what the client did before that is looked for (ms). */
const unseenMs = 500;

/** Watches a replica's tree and says what in it is not as the client last heard. */
export class Offerer implements Disposable {
  readonly #parts: OffererParts;
  readonly #feed: ChangeFeed;
  readonly #content: LocalContent;
  readonly #isPulled: PathMatcher;
  readonly #timers = new DisposableStore();
  readonly #dirty = new Set<SyncPath>();
  /** What the client was told, where that is not what it put there itself. */
  readonly #told = new Map<SyncPath, PathState>();
  readonly #scanned: Promise<void>;
  /** What the client did and the feed has not seen yet. */
  readonly #unseen = new Set<SyncPath>();
  #lookDue = false;
  #suspended = true;

  constructor(parts: OffererParts) {
    this.#parts = parts;
    const { replica, rules, scheduler, openWatcher, log, onFailure } = parts;
    this.#isPulled = matchPaths(rules.pull);
    this.#feed = new ChangeFeed({
      root: replica.root,
      disk: replica.folder,
      rules: new IgnoreRules({ extra: rules.ignore, ignoreCase: false }),
      hashes: replica.state.hashes,
      scheduler,
      openWatcher,
      events: {
        onChanges: (paths) => {
          this.#changed(paths);
        },
        onSeen: (paths) => {
          this.#seen(paths);
        },
        onProblem: (path, problem) => {
          if (problem !== undefined) log.info('A path is not offered.', { path, why: problem.message });
        },
        onRootMissing: () => {
          log.warn('The synced folder is missing.');
        },
        onRootBack: () => {},
        onWatchTrouble: (trouble) => {
          if (trouble !== undefined) log.warn('Changes in the pod are not all told of by the system.', trouble);
        },
        onFailure,
      },
    });
    this.#content = new LocalContent(this.#feed.folder.tree, replica.folder, replica.state.hashes, scheduler);
    this.#scanned = new Promise((resolve) => {
      this.#feed.rescan(resolve);
    });
  }

  /** Every path that the client may hear of. Nothing is offered from now until `listed`. */
  async paths(everything: boolean): Promise<SyncPath[]> {
    this.#suspended = true;
    await this.#scanned;
    const paths: SyncPath[] = [];
    for (const [path] of this.#feed.folder.tree.entries()) if (everything || this.#isWatched(path)) paths.push(path);
    return paths;
  }

  /** The client is being told this. */
  listed(inventory: Inventory): void {
    this.#told.clear();
    for (const [path, { put, current }] of inventory.all()) {
      if (put === undefined || !sameState(put, current)) this.#told.set(path, current);
    }
    this.#suspended = false;
    if (this.#dirty.size > 0) this.#parts.onDirty();
  }

  /** What the client itself did is what it knows. */
  applied(paths: readonly SyncPath[]): void {
    for (const path of paths) {
      this.#told.delete(path);
      this.#unseen.add(path);
    }
    this.#lookForUnseenLater();
  }

  /** Makes one offer after the other, as long as there is something to offer; `undefined` is a pause. */
  *offers(): Generator<Offer | undefined, void> {
    while (!this.#suspended) {
      const [path] = this.#dirty;
      if (path === undefined) return;
      this.#dirty.delete(path);
      for (const folder of this.#untoldAbove(path)) {
        this.#dirty.delete(folder);
        yield this.#tell(yield* this.#offer(folder));
      }
      const offer = yield* this.#offer(path);
      if (offer?.current.kind !== 'absent' && this.#untoldAbove(path).length > 0) this.#lookAgain(path);
      else yield this.#tell(offer);
    }
  }

  dispose(): void {
    this.#feed.dispose();
    this.#timers.dispose();
  }

  #isWatched(path: SyncPath): boolean {
    return this.#parts.rules.watch === 'all' || this.#isPulled(path);
  }

  #changed(paths: ReadonlySet<SyncPath>): void {
    for (const path of paths) {
      this.#unseen.delete(path);
      if (this.#isWatched(path)) this.#dirty.add(path);
    }
    if (!this.#suspended && this.#dirty.size > 0) this.#parts.onDirty();
  }

  /** What the client takes to be below these paths may not be there. */
  #seen(tops: ReadonlySet<SyncPath>): void {
    const { ledger } = this.#parts.replica.state;
    const { tree } = this.#feed.folder;
    if (![...tops].some((path) => path === rootSyncPath || this.#told.has(path) || ledger.get(path))) return;
    const known = [...this.#told.keys(), ...[...ledger.entries()].map(([path]) => path)];
    this.#changed(new Set(known.filter((path) => tree.get(path) === undefined && isBelow(path, tops))));
  }

  #tell(offer: Offer | undefined): Offer | undefined {
    if (offer !== undefined) this.#told.set(offer.path, offer.current);
    return offer;
  }

  /** The folders of a path that the client does not know as such, outermost first: it has to hear of them before. */
  #untoldAbove(path: SyncPath): SyncPath[] {
    const folders: SyncPath[] = [];
    for (let above = parentSyncPath(path); above !== ''; above = parentSyncPath(above)) {
      if (this.#isWatched(above) && this.#known(above).kind !== 'folder') folders.unshift(above);
    }
    return folders;
  }

  #lookForUnseenLater(): void {
    if (this.#lookDue || this.#unseen.size === 0) return;
    this.#lookDue = true;
    const timer = this.#parts.scheduler.after(unseenMs, () => {
      this.#timers.release(timer);
      this.#lookDue = false;
      this.#lookForUnseen();
    });
    this.#timers.add(timer);
  }

  /** What was gone before the feed had ever seen it is not missed by the feed. */
  #lookForUnseen(): void {
    const { folder } = this.#feed;
    for (const path of this.#unseen) {
      const seen = folder.tree.get(path) !== undefined || folder.absence(path, false) !== 'absent';
      if (!seen && !this.#isGoneForSure(path)) continue;
      this.#unseen.delete(path);
      if (!seen && this.#isWatched(path)) this.#dirty.add(path);
    }
    this.#parts.replica.endTurn();
    if (this.#dirty.size > 0 && !this.#suspended) this.#parts.onDirty();
    this.#lookForUnseenLater();
  }

  #isGoneForSure(path: SyncPath): boolean {
    try {
      return this.#isGone(path);
    } catch (error) {
      this.#parts.log.info('A path cannot be looked at now.', { path, error: String(error) });
      return false;
    }
  }

  *#offer(path: SyncPath): Generator<undefined, Offer | undefined> {
    try {
      const found = yield* this.#look(path);
      if (found === undefined || sameState(found.current, this.#known(path))) return undefined;
      return { kind: 'offer', path, ...found };
    } catch (error) {
      this.#parts.log.info('A path cannot be offered now.', { path, error: String(error) });
      this.#lookAgain(path);
      return undefined;
    }
  }

  /** Looks at the disk now: what the feed saw may have been replaced by the client since. */
  *#look(path: SyncPath): Generator<undefined, Pick<Offer, 'current' | 'body'> | undefined> {
    const entry = this.#feed.folder.tree.get(path);
    if (entry === undefined) return this.#lookForNothing(path);
    const wantsContent = this.#parts.rules.content || this.#isPulled(path);
    if (entry.kind === 'file' && wantsContent && entry.fingerprint.size <= maxOfferedBytes) {
      const read = this.#content.read(path, entry);
      if (read !== undefined && read.bytes.length <= maxOfferedBytes) return { current: read.state, body: read.bytes };
      this.#lookAgain(path);
      return undefined;
    }
    const { replica } = this.#parts;
    const { state, entry: before } = yield* replica.observer.observeSlowly(path);
    replica.folder.begin();
    const now = lookAt(replica.folder.entry(path));
    if (state.kind !== 'absent' && sameEntry(before, now)) return { current: state, body: undefined };
    this.#lookAgain(path);
    return undefined;
  }

  #lookForNothing(path: SyncPath): Pick<Offer, 'current' | 'body'> | undefined {
    if (this.#feed.folder.absence(path, this.#known(path).kind === 'folder') !== 'absent') return undefined;
    if (this.#isGone(path)) return { current: absent, body: undefined };
    this.#lookAgain(path);
    return undefined;
  }

  #isGone(path: SyncPath): boolean {
    const { folder } = this.#parts.replica;
    folder.begin();
    try {
      return lookAt(folder.entry(path)).kind === 'absent';
    } catch (error) {
      if (error instanceof NoSuchParent && error.folder !== '' && isMissing(error.cause)) return true;
      throw error;
    }
  }

  #known(path: SyncPath): PathState {
    const told = this.#told.get(path);
    if (told !== undefined) return told;
    const entry = this.#parts.replica.state.ledger.get(path);
    return entry?.owner === this.#parts.workspaceId ? entry.put : absent;
  }

  #lookAgain(path: SyncPath): void {
    const timer = this.#parts.scheduler.after(changingMs, () => {
      this.#timers.release(timer);
      this.#feed.hint(path);
      this.#changed(new Set([path]));
    });
    this.#timers.add(timer);
  }
}

function sameEntry(a: DiskEntry, b: DiskEntry): boolean {
  if (a.kind === 'file') return b.kind === 'file' && sameFingerprint(a.fingerprint, b.fingerprint);
  return a.kind === b.kind && (a.kind !== 'link' || (b.kind === 'link' && a.target === b.target));
}
