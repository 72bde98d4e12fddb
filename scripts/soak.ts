import { parseArgs } from 'node:util';
import { loadSimulator } from '../test/simulator/loadSimulator.ts';

// `npm run soak -- --steps N [--seed S]`: simulates the sync for so many steps. The first run is drawn from the seed, each
// other one from the next number; the last line says steps, seed and violations.
const { values } = parseArgs({ options: { steps: { type: 'string' }, seed: { type: 'string' } } });
const steps = numberOf('--steps', values.steps ?? '100000');
const seed = numberOf('--seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)));
/** A run this long has seen most of what its swarm can do; another swarm teaches more. */
const stepsOfRun = 2000;
const tellEachMs = 30_000;

const { runSimulation, describeRun } = await loadSimulator();
const started = performance.now();
let told = started;
let done = 0;
let runs = 0;
let violations = 0;
while (done < steps) {
  const run = await runSimulation(seed + runs, Math.min(stepsOfRun, steps - done));
  done += run.steps;
  runs++;
  if (run.violation !== undefined) {
    violations++;
    console.log(describeRun(run));
  }
  if (performance.now() - told < tellEachMs) continue;
  told = performance.now();
  console.log(`${done} steps in ${runs} runs, ${violations} violations, ${Math.round((told - started) / 1000)} s`);
}
console.log(`${done} steps, seed ${seed}, ${violations} violations`);
process.exitCode = violations === 0 ? 0 : 1;

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${name} needs a whole number, not ${text}.`);
  return number;
}
