import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type InstallStep, installOnce } from '../../machine/installOnce.ts';

let base: string;
let folder: string;
let ran: string[];
const silent = (): void => {};

function step(name: string, fails = false): InstallStep {
  return {
    name,
    run() {
      ran.push(name);
      return fails ? Promise.reject(new Error(`${name} broke`)) : Promise.resolve();
    },
  };
}

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'podloop-install-'));
  folder = path.join(base, 'program');
  ran = [];
});

afterEach(() => rm(base, { recursive: true, force: true }));

test('an installation goes on after its last finished step', async () => {
  await assert.rejects(installOnce(folder, [step('a'), step('b', true), step('c')], silent), /b broke/);
  await installOnce(folder, [step('a'), step('b'), step('c')], silent);
  await installOnce(folder, [step('a'), step('b'), step('c')], silent);
  assert.deepEqual(ran, ['a', 'b', 'b', 'c']);
});

test('a step that is new to a finished installation is done alone', async () => {
  await installOnce(folder, [step('a')], silent);
  await installOnce(folder, [step('a'), step('b')], silent);
  assert.deepEqual(ran, ['a', 'b']);
});

test('the lock of a dead process is free', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(`${folder}.lock`, String(pid));
  await installOnce(folder, [step('a')], silent);
  assert.deepEqual(ran, ['a']);
  assert.equal(existsSync(`${folder}.lock`), false);
});

test('two at the same time install once', async () => {
  await Promise.all([installOnce(folder, [step('a')], silent), installOnce(folder, [step('a')], silent)]);
  assert.deepEqual(ran, ['a']);
});
