import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isAbortError } from '../../../src/base/errors.ts';
import { type StartStep, startSteps } from '../../../src/session/core/state.ts';
import { startSession } from '../../../src/session/openSession.ts';
import { listSavedSessions } from '../../../src/session/savedSession.ts';
import { objectsIn, type SessionBench, sessionBench } from './sessionBench.ts';

let bench: SessionBench;
let original: unknown;
let objectsBefore: string[];

before(async () => {
  bench = await sessionBench();
  await mkdir(bench.folder, { recursive: true });
  await writeFile(path.join(bench.folder, 'a.txt'), 'a');
  original = await bench.workload();
  objectsBefore = await objectsIn(bench);
});

after(() => bench.dispose());

for (const step of startSteps) {
  test(`Start Develop cancelled at ${step} leaves nothing`, async () => {
    // An image that is there may be found before anybody saw it missing.
    const config = step === 'pull' ? { image: 'localhost:5/missing:1' } : {};
    const cancelled = new AbortController();
    const seen: StartStep[] = [];
    const machine = bench.machine('laptop');
    const starting = startSession(
      machine,
      bench.request(config),
      AbortSignal.any([cancelled.signal, AbortSignal.timeout(90_000)]),
      ({ phase }) => {
        if (phase.kind !== 'starting') return;
        const at = phase.steps.at(-1)?.step;
        if (at !== undefined) seen.push(at);
        if (at === step) cancelled.abort();
      },
    );
    const outcome = await starting.catch((error: unknown) => error);
    assert.ok(cancelled.signal.aborted, `saw only ${seen.join(', ')}: ${String(outcome)}`);
    assert.ok(isAbortError(outcome), String(outcome));
    assert.deepEqual(await bench.workload(), original);
    assert.deepEqual(await objectsIn(bench), objectsBefore);
    assert.deepEqual(await listSavedSessions(machine.stateDir, machine.log), []);
  });
}
