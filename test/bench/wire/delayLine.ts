import type { Socket } from 'node:net';

/** Bytes that may be on their way; more than any connection of the bench keeps under way. */
const capacity = 32 * 1024 * 1024;

/**
 * Hands on what one socket gives to another, each piece a fixed time after it came, so that a longer way costs time and
 * not bandwidth.
 */
export function delayLine(
  from: Socket,
  to: Socket,
  way: { delay: () => number; passed: (bytes: number) => void },
): void {
  const queue: { readonly due: number; readonly chunk: Buffer }[] = [];
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const hand = (chunk: Buffer): void => {
    if (to.destroyed) return;
    if (!to.write(chunk)) from.pause();
  };
  const serve = (): void => {
    timer = undefined;
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      const wait = first.due - performance.now();
      if (wait > 0.2) {
        timer = setTimeout(serve, wait);
        return;
      }
      queue.shift();
      queued -= first.chunk.length;
      hand(first.chunk);
    }
    if (ended) to.end();
    else if (!to.writableNeedDrain) from.resume();
  };
  from.on('data', (chunk: Buffer) => {
    way.passed(chunk.length);
    const delay = way.delay();
    if (delay === 0 && queue.length === 0) {
      hand(chunk);
      return;
    }
    queue.push({ due: performance.now() + delay, chunk });
    queued += chunk.length;
    if (queued > capacity) from.pause();
    if (timer === undefined) serve();
  });
  to.on('drain', () => {
    if (queued <= capacity) from.resume();
  });
  from.on('end', () => {
    ended = true;
    if (queue.length === 0) to.end();
  });
  from.on('error', () => undefined);
  from.on('close', () => {
    if (timer !== undefined) clearTimeout(timer);
    to.destroySoon();
  });
}
