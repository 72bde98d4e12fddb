import type { DeltaStep } from '../../protocol/frame.ts';
import { maxDeltaSteps } from '../../protocol/limits.ts';

/** Shortest run of equal bytes that is copied from between the first and the last difference, in bytes. */
const blockBytes = 16;
/** What one step costs on the wire besides its bytes, roughly. */
const stepBytes = 8;
/** A delta has to save at least this much, because fewer bytes would not arrive earlier. */
const worthSaving = 256;

/**
 * Steps that make `after` from `before`: what both begin and end with is copied, and in between every longer run that
 * is found anywhere in `before`. `undefined` when that would not be much shorter than `after` itself.
 */
export function makeDelta(before: Uint8Array, after: Uint8Array): readonly DeltaStep[] | undefined {
  if (after.length < worthSaving) return undefined;
  const most = Math.min(before.length, after.length);
  const prefix = commonPrefix(before, after, most);
  const suffix = commonSuffix(before, after, most - prefix);
  const steps = new StepList(after);
  steps.copy(0, prefix, 0);
  const end = after.length - suffix;
  if (end - prefix > blockBytes) copyBlocks(before, after, prefix, end, steps);
  steps.copy(before.length - suffix, suffix, end);
  return steps.finish();
}

/** What the steps make of `source`. The decoder has checked that they stay inside it. */
export function applyDelta(source: Uint8Array, steps: readonly DeltaStep[]): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(steps.reduce((sum, { length, bytes }) => sum + length + bytes.length, 0));
  let filled = 0;
  for (const { offset, length, bytes } of steps) {
    made.set(source.subarray(offset, offset + length), filled);
    made.set(bytes, filled + length);
    filled += length + bytes.length;
  }
  return made;
}

/** Collects copies in order; what lies between them becomes bytes. */
class StepList {
  readonly #after: Uint8Array;
  readonly #steps: DeltaStep[] = [];
  #copy = { offset: 0, length: 0 };
  /** Up to here `after` is covered by copies. */
  #covered = 0;
  #cost = 0;

  constructor(after: Uint8Array) {
    this.#after = after;
  }

  get covered(): number {
    return this.#covered;
  }

  /** `length` bytes of the source at `offset` are what `after` has at `at`. */
  copy(offset: number, length: number, at: number): void {
    if (length === 0) return;
    this.#close(at);
    this.#copy = { offset, length };
    this.#covered = at + length;
  }

  finish(): readonly DeltaStep[] | undefined {
    this.#close(this.#after.length);
    const tooLong = this.#steps.length > maxDeltaSteps || this.#cost + worthSaving > this.#after.length;
    return tooLong ? undefined : this.#steps;
  }

  #close(at: number): void {
    const bytes = this.#after.subarray(this.#covered, at);
    if (this.#copy.length === 0 && bytes.length === 0) return;
    this.#steps.push({ ...this.#copy, bytes });
    this.#cost += stepBytes + bytes.length;
  }
}

/** Finds, from left to right, runs of `after` between `start` and `end` that occur in `before`. */
function copyBlocks(before: Uint8Array, after: Uint8Array, start: number, end: number, steps: StepList): void {
  const blocks = new BlockTable(before);
  let at = start;
  let hash = hashOf(after, at);
  for (;;) {
    const found = blocks.find(hash, after, at);
    const length = found === undefined ? 0 : commonRun(before, found, after, at, end);
    if (found !== undefined && length >= blockBytes) {
      const back = commonRunBack(before, found, after, at, at - Math.max(start, steps.covered));
      steps.copy(found - back, length + back, at - back);
      at += length;
      if (at + blockBytes > end) return;
      hash = hashOf(after, at);
    } else {
      if (at + blockBytes >= end) return;
      hash = roll(hash, after[at] ?? 0, after[at + blockBytes] ?? 0);
      at++;
    }
  }
}

const multiplier = 0x01000193;
/** `multiplier` to the power of `blockBytes - 1`, modulo 2^32. */
const leading = Array.from({ length: blockBytes - 1 }).reduce<number>((power) => Math.imul(power, multiplier), 1);

function hashOf(bytes: Uint8Array, start: number): number {
  let hash = 0;
  for (let at = start; at < start + blockBytes; at++) hash = (Math.imul(hash, multiplier) + (bytes[at] ?? 0)) | 0;
  return hash;
}

/** The hash one byte further: without `first`, with `next`. */
function roll(hash: number, first: number, next: number): number {
  return (Math.imul(hash - Math.imul(first, leading), multiplier) + next) | 0;
}

/** Where blocks of some bytes are, by their hash; of blocks that share a place the last one is remembered. */
class BlockTable {
  readonly #bytes: Uint8Array;
  readonly #shift: number;
  /** Positions plus one; zero is an empty place. */
  readonly #places: Int32Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const bits = Math.max(4, 33 - Math.clz32(bytes.length / blockBytes));
    this.#shift = 32 - bits;
    this.#places = new Int32Array(2 ** bits);
    for (let at = 0; at + blockBytes <= bytes.length; at += blockBytes) {
      this.#places[this.#place(hashOf(bytes, at))] = at + 1;
    }
  }

  /** Where a block that most likely equals the one of `other` at `at` begins. */
  find(hash: number, other: Uint8Array, at: number): number | undefined {
    const found = (this.#places[this.#place(hash)] ?? 0) - 1;
    return found >= 0 && this.#bytes[found] === other[at] ? found : undefined;
  }

  #place(hash: number): number {
    return Math.imul(hash, 0x9e3779b1) >>> this.#shift;
  }
}

function commonPrefix(a: Uint8Array, b: Uint8Array, most: number): number {
  let count = 0;
  while (count < most && a[count] === b[count]) count++;
  return count;
}

function commonSuffix(a: Uint8Array, b: Uint8Array, most: number): number {
  let count = 0;
  while (count < most && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}

/** Equal bytes of `a` from `atA` on and `b` from `atB` on, not beyond `endB`. */
function commonRun(a: Uint8Array, atA: number, b: Uint8Array, atB: number, endB: number): number {
  const most = Math.min(a.length - atA, endB - atB);
  let count = 0;
  while (count < most && a[atA + count] === b[atB + count]) count++;
  return count;
}

/** Equal bytes before `atA` in `a` and before `atB` in `b`, at most `most`. */
function commonRunBack(a: Uint8Array, atA: number, b: Uint8Array, atB: number, most: number): number {
  let count = 0;
  while (count < most && count < atA && a[atA - 1 - count] === b[atB - 1 - count]) count++;
  return count;
}
