import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSimulator } from '../../simulator/loadSimulator.ts';

// The fast part of the proof; `npm run soak` is the long one.
const { runSimulation, describeRun } = await loadSimulator();
const steps = 300;
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

for (const seed of seeds) {
  test(`scenario 95: whatever happens, the invariants hold (seed ${seed})`, async () => {
    const run = await runSimulation(seed, steps);
    assert.equal(run.violation, undefined, describeRun(run));
  });
}

test('a seed repeats its run exactly', async () => {
  const [first, second] = [await runSimulation(4, steps), await runSimulation(4, steps)];
  assert.deepEqual([second.calls, second.milliseconds], [first.calls, first.milliseconds]);
});
