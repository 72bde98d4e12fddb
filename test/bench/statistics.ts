/** Order statistics of one quantity, in its own unit. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** The spread of at least one sample; the middle of an even number of them is halfway between two. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  const [lower, upper] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN, at(0.5)];
  return { p50: (lower + upper) / 2, p99: at(0.99), min: at(0), max: at(1), count: sorted.length };
}
