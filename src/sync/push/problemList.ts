import type { Disposable } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { NackReason } from '../../protocol/frame.ts';
import type { SyncProblem } from '../core/status.ts';

/** Changes are told at most this often, in milliseconds. */
const tellMs = 100;

/** The problems there are now: at most one of each kind per path. */
export class ProblemList implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #onChange: (problems: readonly SyncProblem[]) => void;
  readonly #local = new Map<SyncPath, SyncProblem>();
  readonly #remote = new Map<SyncPath, SyncProblem>();
  readonly #inbound = new Map<SyncPath, SyncProblem>();
  #timer: Disposable | undefined;

  constructor(scheduler: Scheduler, onChange: (problems: readonly SyncProblem[]) => void) {
    this.#scheduler = scheduler;
    this.#onChange = onChange;
  }

  /** What the other side refuses. */
  get remote(): Iterable<SyncProblem> {
    return this.#remote.values();
  }

  /** Sets or (with `undefined`) removes what is wrong with a path on this side. */
  setLocal(path: SyncPath, problem: SyncProblem | undefined): void {
    this.#set(this.#local, path, problem);
  }

  /** The same for the other side. */
  setRemote(path: SyncPath, problem: SyncProblem | undefined): void {
    this.#set(this.#remote, path, problem);
  }

  /** The same for what the pod has and this side does not take. */
  setInbound(path: SyncPath, problem: SyncProblem | undefined): void {
    this.#set(this.#inbound, path, problem);
  }

  /** Tells the problems now if there is a change that has not been told. */
  tellNow(): void {
    if (this.#timer === undefined) return;
    this.#timer.dispose();
    this.#timer = undefined;
    this.#onChange([...this.#local.values(), ...this.#remote.values(), ...this.#inbound.values()]);
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #set(list: Map<SyncPath, SyncProblem>, path: SyncPath, problem: SyncProblem | undefined): void {
    if (problem === undefined) {
      if (!list.delete(path)) return;
    } else {
      const before = list.get(path);
      if (before?.code === problem.code && before.message === problem.message) return;
      list.set(path, problem);
    }
    this.#timer ??= this.#scheduler.after(tellMs, () => {
      this.tellNow();
    });
  }
}

/** The problem that a refusal by the other side is. */
export function refusalProblem(path: SyncPath, reason: NackReason, message: string): SyncProblem {
  switch (reason) {
    case 'diskFull':
      return {
        path,
        code: 'remoteDiskFull',
        message: `The pod's disk has no room for ${path}. It arrives by itself when there is.`,
      };
    case 'readOnly':
      return { path, code: 'remoteReadOnly', message: `The pod's disk does not let ${path} be written.` };
    case 'denied':
      return { path, code: 'remoteRefused', message: `The pod has no permission to write ${path}: ${message}` };
    case 'notEmpty':
      return { path, code: 'remoteRefused', message: `In the pod, folder ${path} holds files that are not from here.` };
    case 'name':
      return { path, code: 'remoteRefused', message: `The pod's disk cannot hold ${path}: ${message}` };
    case 'base':
    case 'content':
    case 'parent':
    case 'busy':
    case 'failed':
      return { path, code: 'remoteRefused', message: `The pod does not take ${path}: ${message}` };
  }
}
