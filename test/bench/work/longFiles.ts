import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { machineTime } from '../pod/lookout.ts';
import { noise } from '../tree/content.ts';
import { seeded } from '../tree/random.ts';
import { unlessFailed } from './visible.ts';
import type { Measured, Sizes, Stand } from './stand.ts';
import { size, type Work } from './work.ts';

/** Writes a file of bytes that do not compress, piece by piece. */
export function writeLong(file: string, bytes: number, seed = 1): void {
  const random = seeded(seed);
  const descriptor = openSync(file, 'w');
  for (let left = bytes; left > 0;) left -= writeSync(descriptor, noise(random, Math.min(left, 8 * 1024 * 1024)));
  closeSync(descriptor);
}

/** One byte in the middle of a long file changes. */
export function oneByte(name: string, bytesOf: (sizes: Sizes) => number): Work {
  return {
    name,
    tree: 'project',
    title: (sizes) => `1 byte in ${size(bytesOf(sizes))} changed`,
    run: (stand) =>
      withLongFile(stand, bytesOf(stand.sizes), (file, bytes) => {
        const offset = bytes >> 1;
        return stand.measure({ atLeast: 1, atMost: 10 }, async (round) => {
          const value = Uint8Array.of(round + 1);
          const { seen } = await stand.expect(file, { size: bytes, offset, bytes: value });
          const descriptor = openSync(stand.here(file), 'r+');
          writeSync(descriptor, value, 0, 1, offset);
          closeSync(descriptor);
          return timed(stand, file, seen);
        });
      }),
  };
}

/** One byte comes before all others of a long file. */
export const insertAtFront: Work = {
  name: 'insert-at-front',
  tree: 'project',
  title: ({ shifted }) => `1 byte inserted at the front of ${size(shifted)}`,
  run: (stand) =>
    withLongFile(stand, stand.sizes.shifted, (file, bytes) =>
      stand.measure({ atLeast: 1, atMost: 5 }, async (round) => {
        const value = Uint8Array.of(round + 1);
        const content = Buffer.concat([value, readFileSync(stand.here(file))]);
        const { seen } = await stand.expect(file, { size: bytes + round + 1, offset: 0, bytes: value });
        writeFileSync(stand.here(file), content);
        return timed(stand, file, seen);
      }),
    ),
};

async function timed({ peer }: Stand, file: string, seen: Promise<number>): Promise<number> {
  const began = machineTime();
  const time = (await unlessFailed(seen, peer.saved(file))) - began;
  await peer.settled();
  return time;
}

/** Brings a long file over before the work, and takes it away after it. */
async function withLongFile(
  stand: Stand,
  bytes: number,
  work: (file: string, bytes: number) => Promise<Measured>,
): Promise<Measured> {
  const file = 'long.bin';
  writeLong(stand.here(file), bytes);
  try {
    await stand.peer.bring({ changed: [file], removed: [] });
    return await work(file, bytes);
  } finally {
    rmSync(stand.here(file));
    await stand.peer.bring({ changed: [], removed: [file] });
  }
}
