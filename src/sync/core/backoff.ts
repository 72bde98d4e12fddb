const waits = [200, 500, 1000, 2000, 5000] as const;

/** Milliseconds before the next dial after `failures` in a row; `random` in [0, 1) spreads clients by 20 % either way. */
export function backoffDelay(failures: number, random: number): number {
  const wait = waits[Math.min(Math.max(failures, 1), waits.length) - 1] ?? 5000;
  return Math.round(wait * (0.8 + 0.4 * random));
}
