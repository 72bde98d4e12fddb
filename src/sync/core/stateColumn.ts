import type { ContentHash } from '../../protocol/contentHash.ts';
import { absent, type Executable, folder, type PathState } from '../../protocol/pathState.ts';
import { HashColumn } from './hashColumn.ts';
import { grown, grownSize } from './pathTable.ts';

const executables: readonly Executable[] = ['no', 'yes', 'keep'];
const nothing = 0;
const kinds = { absent: 1, folder: 2, link: 3, file: 4 } as const;

/** States by the numbers of a `PathTable`. */
export class StateColumn {
  /** `nothing`, or a kind; for files with the executable bit added. */
  #kinds = new Uint8Array(0);
  #sizes = new Float64Array(0);
  readonly #hashes = new HashColumn();
  readonly #targets = new Map<number, string>();

  get(number: number): PathState | undefined {
    const kind = this.#kinds[number] ?? nothing;
    switch (kind) {
      case nothing:
        return undefined;
      case kinds.absent:
        return absent;
      case kinds.folder:
        return folder;
      case kinds.link:
        return { kind: 'link', target: this.#targets.get(number) ?? '' };
      default: {
        const executable = executables[kind - kinds.file] ?? 'keep';
        return { kind: 'file', hash: this.#hashes.get(number), size: this.#sizes[number] ?? 0, executable };
      }
    }
  }

  /** The first four bytes of a file's hash; `undefined` for everything else. */
  hashStart(number: number): number | undefined {
    return (this.#kinds[number] ?? nothing) < kinds.file ? undefined : this.#hashes.start(number);
  }

  /** Whether the state is a file with this content. */
  isFile(number: number, hash: ContentHash): boolean {
    return (this.#kinds[number] ?? nothing) >= kinds.file && this.#hashes.get(number) === hash;
  }

  /** Bytes of a file. */
  size(number: number): number {
    return this.#sizes[number] ?? 0;
  }

  has(number: number): boolean {
    return (this.#kinds[number] ?? nothing) !== nothing;
  }

  set(number: number, state: PathState): void {
    if (number >= this.#kinds.length) this.#grow(number + 1);
    if (this.#kinds[number] === kinds.link) this.#targets.delete(number);
    if (state.kind === 'link') this.#targets.set(number, state.target);
    this.#kinds[number] = kinds[state.kind];
    if (state.kind !== 'file') return;
    this.#kinds[number] = kinds.file + executables.indexOf(state.executable);
    this.#sizes[number] = state.size;
    this.#hashes.set(number, state.hash);
  }

  delete(number: number): void {
    if (number >= this.#kinds.length) return;
    this.#kinds[number] = nothing;
    this.#targets.delete(number);
  }

  #grow(needed: number): void {
    const size = grownSize(needed);
    this.#kinds = grown(this.#kinds, new Uint8Array(size));
    this.#sizes = grown(this.#sizes, new Float64Array(size));
  }
}
