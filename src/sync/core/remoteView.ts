import { joinSyncPath, parentSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import type { ListedEntry } from '../../protocol/frame.ts';
import type { ContentHash } from '../../protocol/contentHash.ts';
import { absent, type PathState } from '../../protocol/pathState.ts';
import { ContentPaths } from './contentPaths.ts';
import { settledTrack, type Track } from './track.ts';

/** What the sender knows about the other side: a track for each path that is there or that it put there. */
export class RemoteView {
  readonly #tracks = new Map<SyncPath, Track>();
  readonly #contents = new ContentPaths();

  get(path: SyncPath): Track | undefined {
    return this.#tracks.get(path);
  }

  /** What will be at a path when everything under way succeeds. */
  expected(path: SyncPath): PathState {
    return this.#tracks.get(path)?.expected ?? absent;
  }

  entries(): Iterable<[SyncPath, Track]> {
    return this.#tracks;
  }

  /** The paths that have this content as far as the last answers said. */
  holding(hash: ContentHash): Iterable<SyncPath> {
    return this.#contents.holding(hash);
  }

  /** Whether some file there that is too long for one frame has this size. */
  hasLong(size: number): boolean {
    return this.#contents.hasLong(size);
  }

  /** An operation that gives the path this state is under way. */
  sent(path: SyncPath, expected: PathState): void {
    const track = this.#tracks.get(path) ?? settledTrack(absent, undefined);
    this.#set(path, { ...track, expected, inFlight: track.inFlight + 1 });
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
    this.#decide(path, current ?? track?.current ?? absent, track?.put);
  }

  /** The connection is gone: nothing is under way any more. */
  disconnected(): void {
    for (const [path, track] of this.#tracks) {
      if (track.inFlight > 0) this.#store(path, settledTrack(track.current, track.put));
    }
  }

  /** Everything known, by containing folder, in the form in which the other side lists it. */
  folders(): Map<SyncPath, ListedEntry[]> {
    const folders = new Map<SyncPath, ListedEntry[]>();
    for (const [path, { put, current }] of this.#tracks) {
      const entry: ListedEntry = { name: syncPathName(path), put, current };
      const siblings = folders.get(parentSyncPath(path));
      if (siblings === undefined) folders.set(parentSyncPath(path), [entry]);
      else siblings.push(entry);
    }
    return folders;
  }

  /** Forgets what was known about a folder's children, given by name, because a listing follows or they are gone. */
  forgetChildren(folder: SyncPath, names: Iterable<string>): void {
    for (const name of names) this.#set(joinSyncPath(folder, name), undefined);
  }

  /** Takes over what the other side listed. */
  learn(folder: SyncPath, entry: ListedEntry): void {
    this.#store(joinSyncPath(folder, entry.name), settledTrack(entry.current, entry.put));
  }

  #decide(path: SyncPath, current: PathState, put: PathState | undefined): void {
    const track = this.#tracks.get(path);
    const inFlight = Math.max(0, (track?.inFlight ?? 0) - 1);
    const expected = inFlight === 0 || track === undefined ? current : track.expected;
    this.#store(path, { current, put, inFlight, expected });
  }

  #store(path: SyncPath, track: Track): void {
    const nothing = track.current.kind === 'absent' && track.put === undefined && track.inFlight === 0;
    this.#set(path, nothing ? undefined : track);
  }

  #set(path: SyncPath, track: Track | undefined): void {
    this.#contents.changed(path, this.#tracks.get(path)?.current, track?.current);
    if (track === undefined) this.#tracks.delete(path);
    else this.#tracks.set(path, track);
  }
}
