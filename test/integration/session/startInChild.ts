import { startSession } from '../../../src/session/openSession.ts';
import { type BenchPlace, benchMachine, benchRequest } from './sessionBench.ts';

// A program that starts a session and stays: killing it is what a crash of VS Code is to a session. Its argument is the
// place of the bench as JSON; it prints a line for each step and phase.

const place = JSON.parse(process.argv[2] ?? '') as BenchPlace;
const machine = benchMachine(place, 'laptop');
let told = '';
await startSession(machine, benchRequest(place), AbortSignal.timeout(120_000), ({ phase }) => {
  const line = phase.kind === 'starting' ? `step ${phase.steps.at(-1)?.step}` : `phase ${phase.kind}`;
  if (line !== told) console.log(line);
  told = line;
});
console.log('started');
