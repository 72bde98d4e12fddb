import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { machineTime } from '../pod/lookout.ts';
import { sourceText } from '../tree/content.ts';
import { seeded } from '../tree/random.ts';
import { writeLong } from './longFiles.ts';
import { unlessFailed, visible } from './visible.ts';
import type { Measured } from './stand.ts';
import { count, size, type Work } from './work.ts';

/** One line of a source file changes; the time until the pod reads all of it. */
export function edit(
  name: string,
  tree: Work['tree'],
  options: { readonly roundTrip?: number; readonly told?: boolean } = {},
): Work {
  const { roundTrip = 0, told = true } = options;
  const by = told ? '' : ' by another program';
  const far = roundTrip === 0 ? '' : ` at ${roundTrip} ms round trip`;
  return {
    name,
    tree,
    title: (sizes) => `one line edited${by}, ${count(sizes[tree])} files${far}`,
    async run(stand) {
      if (!told && !stand.peer.watches) return undefined;
      const file = stand.tree.edited;
      const content = readFileSync(stand.here(file));
      const offset = content.length >> 1;
      await stand.wire.setRoundTrip(roundTrip);
      try {
        return await stand.measure({ atLeast: 3, atMost: stand.sizes.edits }, async () => {
          const token = Buffer.from(randomBytes(16).toString('hex'));
          token.copy(content, offset);
          return visible(stand, file, content, { offset, bytes: token, told });
        });
      } finally {
        await stand.wire.setRoundTrip(0);
      }
    },
  };
}

/** A file is saved with a content of which nothing was there before. */
export function save(name: string, bytes: number): Work {
  return {
    name,
    tree: 'project',
    title: () => `save of ${size(bytes)}, all of it new`,
    async run(stand) {
      const file = `src/${name}.ts`;
      const random = seeded(bytes);
      const once = async (): Promise<number> => {
        const content = sourceText(random, bytes);
        const offset = bytes - 32;
        return visible(stand, file, content, { offset, bytes: content.subarray(offset), told: true });
      };
      await once();
      return stand.measure({ atLeast: 3, atMost: stand.sizes.edits }, once);
    },
  };
}

/** Saves the edited file now and then while a long file travels. */
export const saveDuringUpload: Work = {
  name: 'save-during-upload',
  tree: 'project',
  title: ({ upload }) => `one line edited while a new file of ${size(upload)} travels`,
  async run(stand): Promise<Measured> {
    const { peer, sizes, wire } = stand;
    const large = 'upload.bin';
    const content = readFileSync(stand.here(stand.tree.edited));
    const offset = content.length >> 1;
    const before = await wire.count(peer.name);
    writeLong(stand.here(large), sizes.upload);
    const state = { isOver: false };
    const upload = peer.bring({ changed: [large], removed: [] }).finally(() => (state.isOver = true));
    upload.catch(() => undefined);
    const bytesPassed = async (): Promise<number> => (await wire.count(peer.name)).up - before.up;
    while (!state.isOver && (await bytesPassed()) < sizes.upload / 50) await wait(5);
    const times: number[] = [];
    using meter = await stand.meter();
    while (!state.isOver && times.length < 50) {
      const token = Buffer.from(randomBytes(16).toString('hex'));
      token.copy(content, offset);
      const sight = { size: content.length, offset, bytes: token };
      const { seen } = await stand.expect(stand.tree.edited, sight);
      writeFileSync(stand.here(stand.tree.edited), content);
      const began = machineTime();
      times.push((await unlessFailed(seen, peer.saved(stand.tree.edited))) - began);
      await wait(100);
    }
    const note = state.isOver ? `the upload was over after ${times.length}` : '';
    await upload;
    const cost = await meter.stop();
    rmSync(stand.here(large));
    await peer.bring({ changed: [], removed: [large] });
    return { times, cost, note };
  },
};
