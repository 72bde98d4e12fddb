import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { machineTime } from '../pod/lookout.ts';
import type { Stand } from './stand.ts';

/** Between two edits, so that each comes alone. */
const pauseMs = 20;

/** Writes a file and gives the milliseconds until the pod reads it. */
export async function visible(
  stand: Stand,
  file: string,
  content: Uint8Array,
  edited: { readonly offset: number; readonly bytes: Uint8Array; readonly told: boolean },
): Promise<number> {
  const { offset, bytes, told } = edited;
  const { seen } = await stand.expect(file, { size: content.length, offset, bytes });
  writeFileSync(stand.here(file), content);
  const began = machineTime();
  const saved = told ? stand.peer.saved(file) : Promise.resolve();
  const time = (await unlessFailed(seen, saved)) - began;
  await stand.peer.settled();
  await wait(pauseMs);
  return time;
}

/** Nobody waits for what a peer that failed will not bring. */
export function unlessFailed(seen: Promise<number>, saved: Promise<void>): Promise<number> {
  return Promise.race([seen, saved.then(() => seen)]);
}
