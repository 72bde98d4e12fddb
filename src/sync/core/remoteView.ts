import { joinSyncPath, type SyncPath } from '../../base/paths.ts';
import type { ListedEntry } from '../../protocol/frame.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { absent, type PathState } from '../../protocol/pathState.ts';
import type { PathTable } from './pathTable.ts';
import { settledTrack, type Track } from './track.ts';
import { TrackTable } from './trackTable.ts';

/** What the sender knows about the other side: a track for each path that is there or that it put there. */
export class RemoteView {
  readonly #tracks: TrackTable;

  constructor(paths: PathTable) {
    this.#tracks = new TrackTable(paths);
  }

  get(path: SyncPath): Track | undefined {
    return this.#tracks.get(path);
  }

  /** What will be at a path when everything under way succeeds. */
  expected(path: SyncPath): PathState {
    return this.#tracks.get(path)?.expected ?? absent;
  }

  entries(): Iterable<[SyncPath, Track]> {
    return this.#tracks.entries();
  }

  /** The paths that have this content as far as the last answers said. */
  holding(hash: ContentHash): Iterable<SyncPath> {
    return this.#tracks.holding(hash);
  }

  /** Whether some file there that is too long for one frame has this size. */
  hasLong(size: number): boolean {
    return this.#tracks.hasLong(size);
  }

  /** An operation that gives the path this state is under way. */
  sent(path: SyncPath, expected: PathState): void {
    this.#sent(path, expected, expected.kind === 'absent' ? undefined : expected);
  }

  /** An operation is under way by which the other side forgets that the path came from here. */
  sentToForget(path: SyncPath): void {
    this.#sent(path, this.expected(path), undefined);
  }

  /** An operation on the path was carried out and gave it this state. */
  applied(path: SyncPath, result: PathState): void {
    this.#decide(path, result, result.kind === 'absent' ? undefined : result);
  }

  /** The other side forgot that the path came from here; what is there stays. */
  forgotten(path: SyncPath): void {
    const current = this.#tracks.get(path)?.current ?? absent;
    this.#decide(path, current, undefined);
  }

  /** An operation on the path was refused; `current` is what is there, when that is known. */
  refused(path: SyncPath, current: PathState | undefined): void {
    const track = this.#tracks.get(path);
    this.#decide(path, current ?? track?.offered ?? track?.current ?? absent, track?.put, track?.untold);
  }

  /** The other side says what is there now. Answers whether that counts, rather than what is under way. */
  offered(path: SyncPath, current: PathState): boolean {
    const track = this.#tracks.get(path);
    if (track !== undefined && track.inFlight > 0) {
      this.#tracks.set(path, { ...track, offered: current });
      return false;
    }
    this.#store(path, { ...settledTrack(current, track?.put), untold: track?.untold === true });
    return true;
  }

  /** From now on this counts as what both sides last agreed on, although the other side has not been told. */
  rebase(path: SyncPath, put: PathState | undefined): void {
    const track = this.#tracks.get(path) ?? settledTrack(absent, undefined);
    const expectedPut = track.inFlight > 0 ? track.expectedPut : put;
    this.#store(path, { ...track, put, expectedPut, untold: true });
  }

  /** The connection is gone: nothing is under way any more. */
  disconnected(): void {
    for (const [path, track] of this.#tracks.unsettled()) {
      if (track.inFlight > 0 || track.untold === true) this.#store(path, settledTrack(track.current, track.put));
    }
  }

  /** The folders of which some child is known. */
  folders(): Set<SyncPath> {
    return this.#tracks.folders();
  }

  /** What is known of a folder's children, in the form in which the other side lists them. */
  listed(folder: SyncPath): ListedEntry[] {
    return [...this.#tracks.children(folder)].map(([name, { put, current }]) => ({ name, put, current }));
  }

  /** Forgets what was known about a folder's children, because a listing follows or they are gone. */
  forgetChildren(folder: SyncPath): void {
    for (const [name] of [...this.#tracks.children(folder)]) this.#tracks.delete(joinSyncPath(folder, name));
  }

  /** Takes over what the other side listed. */
  learn(folder: SyncPath, entry: ListedEntry): void {
    this.#store(joinSyncPath(folder, entry.name), settledTrack(entry.current, entry.put));
  }

  #sent(path: SyncPath, expected: PathState, expectedPut: PathState | undefined): void {
    const track = this.#tracks.get(path) ?? settledTrack(absent, undefined);
    this.#set(path, { ...track, expected, expectedPut, inFlight: track.inFlight + 1 });
  }

  #decide(path: SyncPath, current: PathState, put: PathState | undefined, untold = false): void {
    const track = this.#tracks.get(path);
    const inFlight = Math.max(0, (track?.inFlight ?? 0) - 1);
    if (inFlight === 0 || track === undefined) this.#store(path, { ...settledTrack(current, put), untold });
    else {
      const { expected, expectedPut } = track;
      this.#store(path, { current, put, inFlight, expected, expectedPut, untold });
    }
  }

  #store(path: SyncPath, track: Track): void {
    const nothing = track.current.kind === 'absent' && track.put === undefined && track.inFlight === 0;
    this.#set(path, nothing ? undefined : track);
  }

  #set(path: SyncPath, track: Track | undefined): void {
    if (track === undefined) this.#tracks.delete(path);
    else this.#tracks.set(path, track);
  }
}
