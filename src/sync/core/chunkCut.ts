/** Smallest and largest average length of a chunk, in bytes. */
const finest = 2 * 1024;
const coarsest = 64 * 1024;
/** A file is cut into about this many chunks, as long as that gives an average between the two. */
const wantedChunks = 32 * 1024;

/** The average length of chunks, in bytes, for a file of this size: a power of two. */
export function averageFor(size: number): number {
  let average = finest;
  while (average < coarsest && average * wantedChunks < size) average *= 2;
  return average;
}

/** Whether a number is one that `averageFor` gives. */
export function isAverage(average: number): boolean {
  return average >= finest && average <= coarsest && Number.isInteger(Math.log2(average));
}

/** No chunk is longer than this many averages. */
export function longestChunk(average: number): number {
  return 3 * average;
}

/** No chunk but the last of a file is shorter. */
export function shortestChunk(average: number): number {
  return average / 4;
}

/**
 * Length of the chunk that begins at `start`, where up to `end` there is room for the longest one or the file ends.
 * Where it is cut depends on the 32 bytes before that place, so after a change the same places are found again.
 */
export function cutChunk(bytes: Uint8Array, start: number, end: number, average: number): number {
  const last = Math.min(end, start + longestChunk(average));
  const middle = Math.min(last, start + average);
  // Few chunks are much longer or shorter than the average: before it a cut is made less likely, behind it more likely.
  const bits = Math.log2(average);
  const early = findCut(bytes, start + shortestChunk(average), middle, -1 << (31 - bits));
  return (early ?? findCut(bytes, middle, last, -1 << (33 - bits)) ?? last) - start;
}

/** Two bytes at a step, because that takes half the time. */
function findCut(bytes: Uint8Array, start: number, end: number, mask: number): number | undefined {
  let hash = 0;
  for (let at = start; at < end - 1; at += 2) {
    const half = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
    hash = ((half << 1) + (gear[bytes[at + 1] ?? 0] ?? 0)) | 0;
    if ((half & mask) === 0) return at + 1;
    if ((hash & mask) === 0) return at + 2;
  }
  return undefined;
}

/** A fixed random number for each byte. */
const gear = Int32Array.from({ length: 256 }, (_, byte) => {
  let mixed = Math.imul(byte + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
});
