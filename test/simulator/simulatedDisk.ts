import { type BigIntStats, closeSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../unit/sync/random.ts';
import { type DiskFault, diskError } from './diskFaults.ts';
import { FolderWatches } from './folderWatches.ts';
import { type Places, type Side, throughDescriptor } from './places.ts';
import { type StampRules, Stamps } from './stamps.ts';

/** Who is at work: an end of the sync, or a person or program beside it. */
export interface Actor {
  readonly side: Side;
  readonly kind: 'engine' | 'person';
}

/** `grow` needs room on the disk. */
export type CallKind = 'read' | 'change' | 'grow';

/** What a simulated disk tells about what happens on it. */
export interface DiskEvents {
  /** An engine is about to call: anybody else may act first. */
  onTurn(side: Side): void;
  /** The last name of a file is about to go. */
  onLastName(real: string, actor: Actor): void;
  /** The path, and everything below it, may have changed. */
  onChanged(real: string, actor: Actor): void;
  onViolation(text: string): void;
}

/** How one simulated disk behaves. */
export interface DiskRules {
  readonly stamps: Readonly<Record<Side, StampRules>>;
  /** Whether reads and writes may move fewer bytes than asked for. */
  readonly shortCalls: boolean;
  /** Whether folders can be named by `/proc/self/fd`, as on Linux only. */
  readonly descriptors: boolean;
}

/** The process died here: nothing after this call happened. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Both ends' disk: real folders, with everything between the engine and them that a real system can do wrong. */
export class SimulatedDisk {
  readonly places: Places;
  readonly rules: DiskRules;
  readonly watches: Readonly<Record<Side, FolderWatches>> = { local: new FolderWatches(), pod: new FolderWatches() };
  /** Calls fail as these say. */
  readonly faults = new Set<DiskFault>();
  /** Who makes the calls now; without anybody they go to the real disk as they are. */
  actor: Actor | undefined;
  /** Calls that engines made. */
  calls = 0;
  /** The call that is being made is the last of its process, and a write only gets half way. */
  isTorn = false;
  readonly random: Random;
  readonly #events: DiskEvents;
  readonly #stamps: Readonly<Record<Side, Stamps>>;
  readonly #open = new Map<number, { readonly actor: Actor; readonly real: string }>();
  readonly #dyingIn = new Map<Side, number>();
  readonly #dead = new Set<Side>();

  constructor(places: Places, rules: DiskRules, random: Random, events: DiskEvents) {
    this.places = places;
    this.rules = rules;
    this.random = random;
    this.#events = events;
    this.#stamps = { local: new Stamps(rules.stamps.local), pod: new Stamps(rules.stamps.pod) };
  }

  /** Lets the process of a side die at its call number `calls` from now. */
  dieIn(side: Side, calls: number): void {
    this.#dyingIn.set(side, calls);
  }

  /** No process has to die. */
  spare(): void {
    this.#dyingIn.clear();
  }

  isDead(side: Side): boolean {
    return this.#dead.has(side);
  }

  /** Closes what the dead process had open; the next one may begin. */
  bury(side: Side): void {
    this.#dead.delete(side);
    this.#dyingIn.delete(side);
    for (const [descriptor, { actor }] of this.#open) {
      if (actor.side !== side || actor.kind !== 'engine') continue;
      closeSync(descriptor);
      this.#open.delete(descriptor);
    }
    this.watches[side].clear();
  }

  /** Files and folders that the engine of a side has open. */
  openBy(side: Side): string[] {
    const open = [...this.#open.values()].filter(({ actor }) => actor.side === side && actor.kind === 'engine');
    return open.map(({ real }) => real);
  }

  /** Runs something as somebody. */
  as<T>(actor: Actor, work: () => T): T {
    const before = this.actor;
    this.actor = actor;
    try {
      return work();
    } finally {
      this.actor = before;
    }
  }

  /** One call about a path. `follows`: a link at the end of the path would be followed. */
  call<T>(name: string, kind: CallKind, given: string, follows: boolean, run: (actor: Actor, real: string) => T): T {
    const { actor } = this;
    if (actor === undefined) throw new Error(`Nobody calls ${name}.`);
    if (actor.kind === 'person') return run(actor, throughDescriptor(given));
    return this.#engineCall(name, kind, given, actor, follows, (real) => run(actor, real));
  }

  /** One call about something open. */
  callOpen<T>(name: string, kind: CallKind, descriptor: number, run: (actor: Actor, real: string) => T): T {
    return this.call(name, kind, this.#open.get(descriptor)?.real ?? '/unknown', false, run);
  }

  opened(descriptor: number, real: string, actor: Actor): void {
    this.#open.set(descriptor, { actor, real });
  }

  closed(descriptor: number): void {
    this.#open.delete(descriptor);
  }

  /** What a call sees of an inode. */
  show(stats: BigIntStats, real: string): BigIntStats {
    return this.#stamps[this.#sideOf(real)].show(stats);
  }

  born(real: string, actor: Actor): void {
    this.#stamps[this.#sideOf(real)].born(lstatSync(real, { bigint: true }));
    this.renamed(real, actor);
  }

  /** The content of a file changed, or only something about it. */
  changed(real: string, actor: Actor, content: boolean, mtimeNs?: bigint): void {
    this.#stamps[this.#sideOf(real)].changed(lstatSync(real, { bigint: true }), content, mtimeNs);
    this.#notice(real, 'change');
    this.#events.onChanged(real, actor);
  }

  /** The content of an open file changed, which lost the name by which it was opened. */
  changedUnderOtherName(stats: BigIntStats, actor: Actor): void {
    if (stats.nlink === 0n) return;
    this.#stamps[actor.side].changed(stats, true);
    this.#events.onChanged(this.places.tree(actor.side), actor);
  }

  /** A name came or went. */
  renamed(real: string, actor: Actor): void {
    this.#notice(real, 'rename');
    this.#events.onChanged(real, actor);
  }

  /** A name is about to go; gives what it named. */
  leaving(real: string, actor: Actor): BigIntStats | undefined {
    const stats = lstatSync(real, { bigint: true, throwIfNoEntry: false });
    if (stats?.isFile() === true && stats.nlink === 1n) this.#events.onLastName(real, actor);
    return stats;
  }

  /** The name went. */
  left(real: string, stats: BigIntStats | undefined): void {
    if (stats !== undefined) this.#stamps[this.#sideOf(real)].lostName(stats);
  }

  #engineCall<T>(
    name: string,
    kind: CallKind,
    given: string,
    { side }: Actor,
    follows: boolean,
    run: (real: string) => T,
  ): T {
    if (this.#dead.has(side)) throw new Crash('The process is dead.');
    this.calls++;
    this.#events.onTurn(side);
    const real = throughDescriptor(given);
    const dies = this.#countDown(side);
    if (dies && this.random.chance(0.4)) this.#die(side, `before ${name}`);
    this.#confine(name, given, real, side, follows);
    this.#fail(side, name, kind, real);
    this.isTorn = dies && this.random.chance(0.5);
    const result = run(real);
    if (dies) this.#die(side, `after ${name}`);
    return result;
  }

  #countDown(side: Side): boolean {
    const left = this.#dyingIn.get(side);
    if (left === undefined) return false;
    this.#dyingIn.set(side, left - 1);
    return left <= 1;
  }

  #die(side: Side, when: string): never {
    this.#dyingIn.delete(side);
    this.#dead.add(side);
    throw new Crash(`The process died ${when}.`);
  }

  #fail(side: Side, name: string, kind: CallKind, real: string): void {
    for (const fault of this.faults) {
      if (fault.side === side && fault.hits(name, kind, real, this.random)) throw diskError(fault.code, name, real);
    }
  }

  /** No end may reach anything but its own folders, whatever links there are. */
  #confine(name: string, given: string, real: string, side: Side, follows: boolean): void {
    const isPlain = !given.startsWith('/proc/') && this.places.find(real)?.area !== 'state';
    const entry = isPlain ? path.join(resolved(path.dirname(real)), path.basename(real)) : real;
    const isLink = follows && lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    const target = isLink ? resolved(entry) : entry;
    // The way down to an end's own folders is its own as well.
    if (this.places.find(target)?.side === side || this.places.tree(side).startsWith(`${target}/`)) return;
    this.#events.onViolation(`I4: ${name} of the ${side} end reaches ${target}`);
  }

  #notice(real: string, kind: 'rename' | 'change'): void {
    const folder = lstatSync(path.dirname(real), { bigint: true, throwIfNoEntry: false });
    if (folder !== undefined) this.watches[this.#sideOf(real)].notice(folder, kind, path.basename(real));
  }

  #sideOf(real: string): Side {
    return real.startsWith(path.join(this.places.base, 'pod')) ? 'pod' : 'local';
  }
}

function resolved(absolute: string): string {
  try {
    return realpathSync(absolute);
  } catch {
    // What is not there names nothing else than itself.
    return absolute;
  }
}
