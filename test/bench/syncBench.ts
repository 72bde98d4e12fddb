import { mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { localPath } from '../../src/base/paths.ts';
import { inWorld, type World } from '../unit/sync/world.ts';

// Measures the sync over loopback, with nothing of Kubernetes in between:
//   node test/bench/syncBench.ts [saves] [files]
// Figures are milliseconds; nothing is asserted.

const saves = Number(process.argv[2] ?? 300);
const files = Number(process.argv[3] ?? 5000);

for (const bytes of [4096, 64 * 1024, 1024 * 1024]) await measureSaves(bytes, true);
await measureSaves(4096, false);
await measureFirstSync();
await measureBranchSwitch();

/** Time from just before the local write to the moment at which the new content is under the remote name. */
async function measureSaves(bytes: number, told: boolean): Promise<void> {
  await inWorld(async (world) => {
    mkdirSync(path.join(world.root, 'src'));
    const file = world.write('src/file.txt', content(bytes, 0));
    await world.start();
    await world.settle();
    const times: number[] = [];
    for (let round = 1; round <= saves; round++) {
      const next = content(bytes, round);
      const visible = whenVisible(path.join(world.remote, 'src/file.txt'), next);
      const start = performance.now();
      writeFileSync(file, next);
      if (told) world.engine.noteSaved(localPath(file));
      times.push((await visible) - start);
    }
    report(`save to visible, ${bytes / 1024} KiB, ${told ? 'editor save' : 'watcher only'}`, times);
  });
}

async function measureFirstSync(): Promise<void> {
  await inWorld(async (world) => {
    makeProject(world, files);
    await world.startSidecar();
    const start = performance.now();
    world.openEngine();
    await world.flush(120_000);
    console.log(
      `first sync of ${files} files: ${Math.round(performance.now() - start)} ms, sidecar ${residentMiB(world)} MiB`,
    );
    await world.closeEngine();
    const again = performance.now();
    world.openEngine();
    await world.flush(120_000);
    console.log(`second connect, nothing changed: ${Math.round(performance.now() - again)} ms`);
  });
}

async function measureBranchSwitch(): Promise<void> {
  await inWorld(async (world) => {
    makeProject(world, files);
    await world.start();
    await world.flush(120_000);
    const start = performance.now();
    for (let index = 0; index < files / 5; index++) world.write(projectFile(index * 5), content(2048, index + 7));
    await world.flush(60_000);
    console.log(`${files / 5} changed files: ${Math.round(performance.now() - start)} ms`);
  });
}

function makeProject(world: World, count: number): void {
  for (let index = 0; index < count; index++)
    world.write(projectFile(index), content(1000 + (index % 50) * 100, index));
}

function projectFile(index: number): string {
  return `package-${index % 20}/src/part-${index % 7}/module-${index}.ts`;
}

/** Source-like text of some length that differs from round to round at its end, so that size and start stay equal. */
function content(bytes: number, round: number): Buffer {
  const line = 'export const value = computeSomething(previous, next) ?? fallback;\n';
  const text = Buffer.alloc(bytes, line);
  text.write(String(round).padStart(12), Math.max(0, bytes - 12));
  return text;
}

function whenVisible(file: string, wanted: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const watcher = watch(path.dirname(file), () => {
      const now = performance.now();
      if (!readFileSync(file).equals(wanted)) return;
      watcher.close();
      resolve(now);
    });
  });
}

function residentMiB(world: World): number {
  const status = readFileSync(`/proc/${world.sidecar.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function report(what: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2);
  console.log(`${what}: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)} (${times.length} saves)`);
}
