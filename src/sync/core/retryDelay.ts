import type { NackReason } from '../../protocol/frame.ts';

/**
 * Why a path has to be tried again: the other side refused it, it could not be read, or (`held`) it is gone here and may
 * yet turn up elsewhere.
 */
export type RetryReason = NackReason | 'changing' | 'unreadable' | 'held';

const steps: Readonly<Record<RetryReason, readonly number[]>> = {
  base: [0, 0, 100, 1000, 5000, 30_000],
  content: [0, 50, 250, 1000, 5000, 30_000],
  parent: [0, 1000, 5000, 30_000],
  held: [100],
  changing: [20, 50, 100, 250, 1000, 2000, 5000],
  unreadable: [1000, 5000, 30_000],
  diskFull: [2000, 5000],
  busy: [100, 500, 2000, 5000],
  notEmpty: [50, 200, 1000, 30_000],
  readOnly: [5000, 30_000],
  denied: [5000, 30_000],
  name: [300_000],
  failed: [1000, 5000, 30_000],
};

/** Milliseconds to wait before the next try, after `attempts` tries that failed. */
export function retryDelay(reason: RetryReason, attempts: number): number {
  const waits = steps[reason];
  return waits[Math.min(attempts, waits.length) - 1] ?? 0;
}

/** Whether a refusal will most likely be gone at the next try, so that nobody needs to hear of it. */
export function isPassing(reason: RetryReason, attempts: number): boolean {
  switch (reason) {
    case 'base':
    case 'content':
    case 'parent':
    case 'busy':
    case 'notEmpty':
      return attempts <= 3;
    case 'changing':
      return attempts <= 6;
    case 'held':
      return true;
    case 'unreadable':
    case 'diskFull':
    case 'readOnly':
    case 'denied':
    case 'name':
    case 'failed':
      return false;
  }
}
