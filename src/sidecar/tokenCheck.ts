import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header carries the token whose SHA-256 is given; takes the same time for every token. */
export function hasToken(header: string | undefined, tokenHash: Buffer): boolean {
  const token = /^Bearer (.+)$/.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(createHash('sha256').update(token).digest(), tokenHash);
}
