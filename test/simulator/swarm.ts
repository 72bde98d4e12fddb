import type { Random } from '../unit/sync/random.ts';

/**
 * What may happen in one run. Each run gets some of it: a run in which everything may happen hides what only shows when
 * little else is going on.
 */
export interface Swarm {
  /** Connections break, or go silent. */
  readonly cuts: boolean;
  readonly silence: boolean;
  /** Messages arrive damaged; or whole, with content that is not what they say. */
  readonly damage: boolean;
  /** Processes die at any call to the disk. */
  readonly podCrashes: boolean;
  readonly localCrashes: boolean;
  /** Windows are reloaded: the engine is closed in good order. */
  readonly reloads: boolean;
  /** Programs in the pod write into the synced tree. */
  readonly podWrites: boolean;
  /** Others act between any two calls of an engine. */
  readonly races: boolean;
  /** The watcher repeats events, or drowns in them. */
  readonly hintLoss: boolean;
  /** The watcher tells nothing. */
  readonly blindWatcher: boolean;
  readonly podFaults: boolean;
  readonly localFaults: boolean;
  /** The volume is wiped, replaced, or put back to an earlier state. */
  readonly volumeChanges: boolean;
  /** The local folder goes away and comes back, or is emptied. */
  readonly rootTrouble: boolean;
  readonly ignoreChanges: boolean;
  readonly clockJumps: boolean;
  readonly largeFiles: boolean;
  /** The disk's clock ticks this coarsely, in nanoseconds; 1 tells any two moments apart. */
  readonly grainNs: bigint;
  readonly reusesInodes: boolean;
  readonly shortCalls: boolean;
  /** Folders are named by descriptors; elsewhere than on Linux they are not. */
  readonly descriptors: boolean;
  /** How much is edited. */
  readonly editChance: number;
}

export function randomSwarm(random: Random): Swarm {
  const sometimes = (): boolean => random.chance(0.35);
  const races = sometimes();
  return {
    cuts: sometimes(),
    silence: random.chance(0.15),
    damage: random.chance(0.15),
    podCrashes: sometimes(),
    localCrashes: sometimes(),
    reloads: sometimes(),
    podWrites: sometimes(),
    races,
    hintLoss: sometimes(),
    blindWatcher: random.chance(0.1),
    podFaults: sometimes(),
    localFaults: sometimes(),
    volumeChanges: random.chance(0.2),
    rootTrouble: random.chance(0.2),
    ignoreChanges: random.chance(0.2),
    clockJumps: random.chance(0.2),
    largeFiles: random.chance(0.3),
    // Between two ticks of a coarse clock nobody can tell a torn read: no disk gives more than its times.
    grainNs: races ? 1n : random.pick([1n, 1n, 4_000_000n, 1_000_000_000n]),
    reusesInodes: random.chance(0.5),
    shortCalls: random.chance(0.2),
    descriptors: races || random.chance(0.7),
    editChance: random.pick([0.05, 0.15, 0.3]),
  };
}

/** What of it is on, as words. */
export function describeSwarm(swarm: Swarm): string {
  return Object.entries(swarm)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? name : `${name}=${String(value)}`))
    .join(' ');
}
