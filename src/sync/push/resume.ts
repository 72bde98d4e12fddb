import type { SyncPath } from '../../base/paths.ts';
import type { Digests, FolderDigest, ListDigests, ListedEntry, Listing, Need } from '../../protocol/frame.ts';
import { folderDigest } from '../core/folderDigest.ts';
import type { RemoteView } from '../core/remoteView.ts';
import { sha256OfText } from '../replica/inventoryFrames.ts';

/** Folders asked for at once. */
const foldersPerNeed = 1024;

/**
 * Brings the remote view up to date after connecting: compares one digest per folder and asks only for the folders
 * that differ. One round trip when nothing changed, two otherwise. A client that knows nothing of the other side, because
 * it has just started, asks about no folder that it can show to be equal to its own.
 */
export class Resume {
  readonly #remote: RemoteView;
  readonly #send: (frame: ListDigests | Need) => void;
  readonly #guess: (folder: SyncPath) => ListedEntry[] | undefined;
  readonly #digests: FolderDigest[] = [];
  #needed: SyncPath[] = [];

  /** `guess` says what would be listed of a folder if both sides were equal; `undefined` when that is not known. */
  constructor(
    remote: RemoteView,
    send: (frame: ListDigests | Need) => void,
    guess: (folder: SyncPath) => ListedEntry[] | undefined,
  ) {
    this.#remote = remote;
    this.#send = send;
    this.#guess = guess;
  }

  start(): void {
    this.#send({ kind: 'listDigests', everything: false });
  }

  /** Takes one frame of the answer; `true` when the view is up to date. */
  receive(frame: Digests | Listing): boolean {
    if (frame.kind === 'listing') {
      for (const entry of frame.entries) this.#remote.learn(frame.folder, entry);
      return frame.last ? this.#askMore() : false;
    }
    this.#digests.push(...frame.folders);
    if (!frame.last) return false;
    this.#compare();
    return this.#askMore();
  }

  #compare(): void {
    const known = this.#remote.folders();
    for (const { path, digest } of this.#digests) {
      if (known.delete(path) && folderDigest(this.#remote.listed(path), sha256OfText) === digest) continue;
      this.#remote.forgetChildren(path);
      const guess = this.#guess(path);
      if (guess === undefined || folderDigest(guess, sha256OfText) !== digest) this.#needed.push(path);
      else for (const entry of guess) this.#remote.learn(path, entry);
    }
    // What the other side has no digest for is not there any more.
    for (const path of known) this.#remote.forgetChildren(path);
  }

  /** Asks for the next folders; `true` when there are none left. */
  #askMore(): boolean {
    const folders = this.#needed.splice(0, foldersPerNeed);
    if (folders.length > 0) this.#send({ kind: 'need', folders });
    return folders.length === 0;
  }
}
