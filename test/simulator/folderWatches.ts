import { type BigIntStats, lstatSync } from 'node:fs';

type Listener = (kind: 'rename' | 'change', name: string | null) => void;

/** A watch on one folder, as `fs.watch` gives it. */
class FolderWatch {
  readonly inode: bigint;
  readonly listener: Listener;
  readonly #onClose: (watch: FolderWatch) => void;

  constructor(inode: bigint, listener: Listener, onClose: (watch: FolderWatch) => void) {
    this.inode = inode;
    this.listener = listener;
    this.#onClose = onClose;
  }

  on(): this {
    return this;
  }

  close(): void {
    this.#onClose(this);
  }
}

interface Hint {
  readonly watch: FolderWatch;
  readonly kind: 'rename' | 'change';
  readonly name: string;
}

/** Half of what Linux keeps for a process by default. */
const moreThanKept = 8193;

/**
 * The system's watches on folders, as inotify has them: a watch belongs to the folder and not to its name, events come
 * in one order and late; where there are too many at once, the rest is lost without a word.
 */
export class FolderWatches {
  /** Nothing is told at all, as on a disk that another machine writes to. */
  isBlind = false;
  readonly #watches = new Map<bigint, Set<FolderWatch>>();
  #hints: Hint[] = [];

  /** Events that nobody was told of yet. */
  get waiting(): number {
    return this.#hints.length;
  }

  get open(): number {
    return this.#watches.size;
  }

  /** Throws the disk's error when there is no such folder. */
  add(folder: string, listener: Listener): FolderWatch {
    const { ino } = lstatSync(folder, { bigint: true });
    const watch = new FolderWatch(ino, listener, (closed) => {
      this.#close(closed);
    });
    const others = this.#watches.get(ino);
    if (others === undefined) this.#watches.set(ino, new Set([watch]));
    else others.add(watch);
    return watch;
  }

  /** Something happened to an entry of a folder. */
  notice(folder: BigIntStats, kind: 'rename' | 'change', name: string): void {
    if (this.isBlind) return;
    for (const watch of this.#watches.get(folder.ino) ?? []) this.#hints.push({ watch, kind, name });
  }

  /** Tells the oldest event, once or twice. */
  tell(times: number): void {
    const hint = this.#hints.shift();
    for (let time = 0; time < times; time++) hint?.watch.listener(hint.kind, hint.name);
  }

  /** More happens at once than the system keeps: so much is told in one turn, and what waits is lost. */
  overflow(): void {
    const [hint] = this.#hints.splice(0);
    for (let count = 0; count < moreThanKept; count++) hint?.watch.listener(hint.kind, hint.name);
  }

  /** The process that watched is gone. */
  clear(): void {
    this.#watches.clear();
    this.#hints = [];
  }

  #close(watch: FolderWatch): void {
    const others = this.#watches.get(watch.inode);
    others?.delete(watch);
    if (others?.size === 0) this.#watches.delete(watch.inode);
    this.#hints = this.#hints.filter((hint) => hint.watch !== watch);
  }
}
