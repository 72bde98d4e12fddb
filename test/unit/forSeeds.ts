import { Random } from './devmode/randomWorkload.ts';

/** Runs a check with many seeds, or with that of PODLOOP_SEED alone; a failure names its seed. */
export function forSeeds(runs: number, check: (random: Random) => void): void {
  const given = process.env.PODLOOP_SEED;
  const first = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  for (let seed = first; seed < first + (given === undefined ? runs : 1); seed += 1) {
    try {
      check(new Random(seed));
    } catch (error) {
      throw new Error(`Replay with PODLOOP_SEED=${seed}`, { cause: error });
    }
  }
}
