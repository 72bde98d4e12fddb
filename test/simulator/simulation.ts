import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Log } from '../../src/base/log.ts';
import type { MessageSocket } from '../../src/sync/link/messageSocket.ts';
import { VirtualScheduler } from '../fakes/virtualScheduler.ts';
import { Random } from '../unit/sync/random.ts';
import { mount } from './disk.ts';
import { type Edit, type Editor, manyEdits, randomEdit } from './edits.ts';
import { LocalEnd, PodEnd } from './ends.ts';
import { Invariants } from './invariants.ts';
import { Places, type Side } from './places.ts';
import { Program } from './program.ts';
import { type Actor, SimulatedDisk } from './simulatedDisk.ts';
import { describeSwarm, randomSwarm, type Swarm } from './swarm.ts';
import { Trace } from './trace.ts';
import { type Tamper, Wire } from './wire.ts';

/** Something that can happen next. */
interface Move {
  readonly side: Side;
  readonly run: () => void;
}

/**
 * Both ends of a sync, the connection between them, their disks and the people and programs beside them, in one process
 * and on one clock that stands still. What happens next is drawn from a seed.
 */
export class Simulation {
  readonly random: Random;
  readonly swarm: Swarm;
  readonly places: Places;
  readonly disk: SimulatedDisk;
  readonly invariants: Invariants;
  readonly trace = new Trace();
  readonly time = new VirtualScheduler();
  readonly skew = { local: { milliseconds: 0 }, pod: { milliseconds: 0 } };
  readonly wires = new Set<Wire>();
  /** What happens to messages on their way. */
  tamper: Tamper = (_from, bytes) => [bytes];
  local: LocalEnd | undefined;
  pod: PodEnd | undefined;
  /** The connection that a new one would find: none while the network is down. */
  isReachable = true;
  /** Some file had several names since everything last came to rest. */
  hadHardLinks = false;
  /** Nobody edits by himself. */
  isCalm = false;
  /** An earlier state of the volume was kept. */
  hasCopy = false;
  readonly #programs = new Map<Side, Program>();
  readonly #edits: { readonly side: Side; readonly edit: Edit }[] = [];
  readonly #editors: Readonly<Record<Side, Editor>>;
  #violation: string | undefined;
  #boots = 0;

  /** `base` is a folder of its own, best in memory. */
  constructor(seed: number, base: string, swarm?: Swarm) {
    this.random = new Random(seed);
    this.swarm = swarm ?? randomSwarm(this.random);
    this.places = new Places(base);
    const { grainNs, reusesInodes, shortCalls, descriptors } = this.swarm;
    const stamps = (side: Side) => ({
      now: () => BigInt(Math.floor(this.time.now() + this.skew[side].milliseconds)) * 1_000_000n,
      grainNs,
      reusesInodes,
    });
    const rules = { stamps: { local: stamps('local'), pod: stamps('pod') }, shortCalls, descriptors };
    this.invariants = new Invariants(this.places, (text) => this.violated(text));
    this.invariants.mayBeRenamedWhileRead = this.swarm.races || this.swarm.largeFiles;
    this.disk = new SimulatedDisk(this.places, rules, this.random, {
      onTurn: (side) => this.#maybeRace(side),
      onLastName: (real, actor) => this.invariants.lastName(real, actor),
      onChanged: (real, actor) => this.#changed(real, actor),
      onViolation: (text) => this.violated(text),
    });
    this.#editors = { local: this.#editor('local'), pod: this.#editor('pod') };
    for (const side of ['local', 'pod'] as const) mkdirSync(this.places.tree(side), { recursive: true });
    mkdirSync(this.places.outside);
    writeFileSync(path.join(this.places.outside, 'secret'), 'nobody reads or writes this');
    this.disk.watches.local.isBlind = this.swarm.blindWatcher;
    mount(this.disk);
    this.trace.note(`seed ${seed}: ${describeSwarm(this.swarm)}`);
  }

  /** What went wrong first. */
  get violation(): string | undefined {
    return this.#violation;
  }

  violated(text: string): void {
    this.trace.note(`VIOLATION ${text}`);
    this.#violation ??= text;
  }

  /** Everything that the system could do next. */
  moves(): Move[] {
    const moves: Move[] = [];
    for (const [side, program] of this.#programs) {
      if (program.due > 0) moves.push({ side, run: () => program.serve() });
    }
    for (const run of this.local?.moves() ?? []) moves.push({ side: 'local', run });
    for (const wire of this.wires) {
      if (wire.isOver) this.wires.delete(wire);
      for (const { program, run } of wire.moves()) moves.push({ side: program.side, run });
    }
    for (const side of ['local', 'pod'] as const) {
      const isRunning = (side === 'local' ? this.local : this.pod) !== undefined;
      if (this.disk.watches[side].waiting > 0 && isRunning) moves.push({ side, run: () => this.#tellHint(side) });
    }
    return moves;
  }

  /** Lets one thing happen, if there is any; gives whether there was. */
  async happen(): Promise<boolean> {
    const moves = this.moves();
    if (moves.length === 0) return false;
    const { side, run } = this.random.pick(moves);
    await this.enter(side, run);
    return true;
  }

  /** Moves the clock to the next timer. */
  pass(): void {
    const [next] = this.time.pending;
    this.time.advance(next ?? 1000);
  }

  /** Runs something as the process of a side, with everything that follows at once. */
  async enter(side: Side, run: () => void): Promise<void> {
    this.disk.actor = { side, kind: 'engine' };
    try {
      run();
    } catch (error) {
      if (!this.disk.isDead(side)) this.violated(`the ${side} end threw ${stackOf(error)}`);
    }
    await new Promise((resolve) => setImmediate(resolve));
    this.disk.actor = undefined;
    if (this.disk.isDead(side)) this.bury(side);
  }

  /** The process of a side is gone. */
  bury(side: Side): void {
    this.trace.note(`the ${side} process is gone`);
    const program = this.#programs.get(side);
    this.#programs.delete(side);
    program?.kill();
    if (program !== undefined) for (const wire of this.wires) wire.died(program);
    this.disk.bury(side);
    if (side === 'local') this.local = undefined;
    else this.pod = undefined;
  }

  /** Starts what is not running; a process that cannot start is gone again. */
  async start(side: Side): Promise<void> {
    if ((side === 'local' ? this.local : this.pod) !== undefined) return;
    const program = new Program(side, this.time, this.skew[side], this.random);
    this.#programs.set(side, program);
    let failed: unknown;
    await this.enter(side, () => {
      try {
        if (side === 'pod') this.pod = new PodEnd(this.places, program, this.#log(side), `boot-${++this.#boots}`);
        else this.local = this.#startLocal(program);
      } catch (error) {
        failed = error;
      }
    });
    if (failed === undefined || this.#programs.get(side) !== program) return;
    if (this.disk.faults.size === 0) this.violated(`the ${side} end cannot start: ${stackOf(failed)}`);
    this.bury(side);
  }

  /** Somebody edits, or goes on with an edit; `side` says whose folder. */
  edit(side: Side): void {
    if (side === 'local' && this.invariants.isAbsenceAccident) return;
    const begun = this.#edits.filter((one) => one.side === side);
    if (begun.length > 0 && this.random.chance(0.8)) this.#goOn(this.random.pick(begun));
    else if (begun.length < 3) {
      const editor = this.#editors[side];
      const edit = this.random.chance(0.1) ? manyEdits(editor) : randomEdit(editor);
      this.#edits.push({ side, edit });
    }
  }

  /** Ends all edits that were begun. */
  finishEdits(): void {
    for (let one = this.#edits[0]; one !== undefined; one = this.#edits[0]) this.#goOn(one);
  }

  #goOn(one: { readonly side: Side; readonly edit: Edit }): void {
    const done = this.disk.as({ side: one.side, kind: 'person' }, () => one.edit.next().done);
    if (done === true) this.#edits.splice(this.#edits.indexOf(one), 1);
  }

  #startLocal(program: Program): LocalEnd {
    const { places, random } = this;
    return new LocalEnd({ places, program, log: this.#log('local'), random, dial: () => this.#dial(program) });
  }

  #dial(client: Program): MessageSocket {
    const { pod } = this;
    if (pod === undefined || !this.isReachable) throw new Error('Nobody listens.');
    const wire = new Wire(client, pod.program, (from, bytes) => {
      if (this.trace.isDetailed) this.trace.noteFrames(from, bytes);
      return this.tamper(from, bytes);
    });
    this.wires.add(wire);
    pod.program.soon(() => {
      pod.accept(wire.server);
      wire.isAccepted = true;
    });
    return wire.client;
  }

  #tellHint(side: Side): void {
    const watches = this.disk.watches[side];
    const trouble = this.swarm.hintLoss ? this.random.next() : 1;
    if (trouble < 0.002) watches.overflow();
    else watches.tell(trouble < 0.1 ? 2 : 1);
  }

  #maybeRace(side: Side): void {
    if (this.isCalm || !this.swarm.races || !this.random.chance(0.01)) return;
    if (side === 'pod' && !this.swarm.podWrites) return;
    this.trace.note(`meanwhile, on the ${side} disk:`);
    this.edit(side);
    this.edit(side);
  }

  #changed(real: string, actor: Actor): void {
    if (actor.kind === 'person' && actor.side === 'local') {
      const stats = lstatSync(real, { throwIfNoEntry: false });
      this.hadHardLinks ||= stats?.isFile() === true && stats.nlink > 1;
    }
    this.invariants.changed(real, actor);
    if (actor.kind === 'engine' && this.trace.isDetailed) this.trace.note(`  ${actor.side} changed ${real}`);
  }

  #editor(side: Side): Editor {
    return {
      root: this.places.tree(side),
      random: this.random,
      mark: side === 'local' ? 'L' : 'P',
      say: (text) => this.trace.note(`${side} edit: ${text}`),
      large: this.swarm.largeFiles,
      ignoreLines: side === 'local' && this.swarm.ignoreChanges ? ignoreLines : [],
    };
  }

  #log(side: Side): Log {
    const note =
      (level: string) =>
      (message: string, data?: unknown): void => {
        this.trace.note(`${side} ${level}: ${message} ${data === undefined ? '' : JSON.stringify(data)}`);
        if (level === 'error' && !this.disk.isDead(side)) this.violated(`the ${side} end says: ${message}`);
      };
    return { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  }
}

/** What may stand in an ignore file of a simulated project, and the names that it can exclude. */
export const ignoreLines = ['*.log', 'out/', '/b', '!x.log', 'out/*', '!out'];

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
