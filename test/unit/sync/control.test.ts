import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { inWorld, until } from './world.ts';

suite('what a person can ask of the sync', { concurrency: 4 }, () => {
  test('while it is paused nothing travels and a flush says so; afterwards everything is brought over', async () => {
    await inWorld(async (world) => {
      world.write('a.txt', 'one');
      await world.start();
      await world.settle();
      const pending = world.engine.flush(new AbortController().signal);
      world.engine.pause();
      await assert.rejects(pending, withCode('sync.paused'));
      await assert.rejects(world.flush(), withCode('sync.paused'));
      await world.status(({ kind }) => kind === 'paused');
      world.write('a.txt', 'two');
      world.noteSaved('a.txt');
      world.engine.reconnectNow();
      assert.equal(world.engine.status.kind, 'paused');
      assert.equal(readFileSync(path.join(world.remote, 'a.txt'), 'utf8'), 'one');
      writeFileSync(path.join(world.remote, 'pods.txt'), 'own');
      world.engine.resume();
      await world.flush();
      assert.equal(readFileSync(path.join(world.remote, 'a.txt'), 'utf8'), 'two');
      await until(
        () => (world.engine.status.kind === 'inSync' ? true : undefined),
        2000,
        () => world.engine.status.kind,
      );
    });
  });

  test('a paused engine closes', async () => {
    await inWorld(async (world) => {
      await world.start();
      await world.flush();
      world.engine.pause();
      await world.status(({ kind }) => kind === 'paused');
      await world.closeEngine();
    });
  });
});

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof UserError && error.code === code;
}
