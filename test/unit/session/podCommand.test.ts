import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { ExecStream } from '../../../src/cluster/cluster.ts';
import { runScript, stopScript } from '../../../src/session/core/podScripts.ts';
import { PodCommand } from '../../../src/session/podCommand.ts';

const skip = process.platform === 'linux' ? false : 'the scripts run in Linux containers';

/** A local process in the shape of an exec stream: what the scripts meet in a pod, without the pod. */
function localExec(command: readonly string[]): ExecStream & { readonly pid: number } {
  const [program = 'sh', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    resize() {},
    exit: once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 143)),
    dispose() {
      child.stdout.destroy();
    },
  };
}

interface Bench {
  readonly command: PodCommand;
  readonly output: () => string;
  readonly ended: Promise<number | undefined>;
  readonly until: (pattern: RegExp) => Promise<void>;
}

function start(t: TestContext, commandLine: string, keep: boolean, marker: string = randomUUID()): Bench {
  const command = new PodCommand(
    {
      start: () => Promise.resolve({ pod: 'pod-1', stream: localExec(runScript(marker, '/', commandLine)) }),
      async stopStrays() {
        const stream = localExec(stopScript(marker));
        stream.stdout.resume();
        await stream.exit;
      },
      beforeStart: () => Promise.resolve(),
      hasLostPod: () => Promise.resolve(false),
      scheduler: systemScheduler,
      log: silentLog,
    },
    { commandLine, keep, size: { columns: 80, rows: 24 } },
  );
  t.after(() => command.stop());
  let text = '';
  const waiting = new Set<() => void>();
  command.onOutput((more) => {
    text += more;
    for (const check of waiting) check();
  });
  const ended = new Promise<number | undefined>((resolve) => command.onEnd(resolve));
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`No ${pattern} within 10 s in:\n${text}`)), 10_000);
      const check = (): void => {
        if (!pattern.test(text)) return;
        waiting.delete(check);
        clearTimeout(late);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { command, output: () => text, ended, until };
}

test('a command runs once, its output and exit code arrive', { skip }, async (t) => {
  const { ended, output } = start(t, 'echo hello; exit 3', false);
  assert.equal(await ended, 3);
  assert.match(output(), /hello/);
  assert.match(output(), /exit code 3/);
});

test('restart ends the program with its children and starts it again', { skip }, async (t) => {
  const marker = randomUUID();
  const { command, until, ended } = start(t, 'echo pid $$; sleep 1000 & echo up; wait', true, marker);
  await until(/up/);
  await command.restart();
  await until(/up[^]*pid[^]*up/);
  await command.stop();
  assert.equal(await ended, undefined);
  const left = localExec(['sh', '-c', `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c '=${marker}$'`]);
  let count = '';
  left.stdout.on('data', (chunk: Buffer) => (count += chunk.toString()));
  await left.exit;
  assert.equal(count.trim(), '0');
});

test('a program whose pod was replaced starts again, though nobody tells its end', { skip }, async (t) => {
  const { command, until } = start(t, 'echo round; exec sleep 1000', false);
  await until(/round/);
  command.movedTo('pod-1');
  command.movedTo('pod-2');
  await until(/replacement[^]*round/);
});

test('a line of our own begins on a line of its own', { skip }, async (t) => {
  const { ended, output } = start(t, 'printf unfinished; exit 2', false);
  await ended;
  assert.match(output(), /unfinished\r\n[^\n]*exit code 2/);
  assert.doesNotMatch(output(), /^\r/);
});

test('a kept program that ended by itself is started again by a restart', { skip }, async (t) => {
  const { command, until } = start(t, 'echo round; exit 1', true);
  await until(/exit code 1/);
  await command.restart();
  await until(/round[^]*round/);
});
