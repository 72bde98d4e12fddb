import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import type { SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { NackReason } from '../../protocol/frame.ts';
import { isPassing, retryDelay } from '../core/retryDelay.ts';
import type { SyncProblem } from '../core/status.ts';
import type { ProblemList } from '../push/problemList.ts';

/** What `InboundTroubles` works with. */
export interface TroublesParts {
  readonly scheduler: Scheduler;
  readonly problems: ProblemList;
  /** The path is to be tried again now. */
  readonly onAgain: (path: SyncPath) => void;
}

/** Versions of the pod that could not be written here: tells of them and has them tried again. */
export class InboundTroubles implements Disposable {
  readonly #parts: TroublesParts;
  readonly #failures = new Map<SyncPath, { readonly attempts: number; readonly reason: NackReason }>();
  readonly #timers = new DisposableStore();

  constructor(parts: TroublesParts) {
    this.#parts = parts;
  }

  failed(path: SyncPath, reason: NackReason, message: string): void {
    const attempts = (this.#failures.get(path)?.attempts ?? 0) + 1;
    this.#failures.set(path, { attempts, reason });
    if (!isPassing(reason, attempts)) this.#parts.problems.setInbound(path, problemOf(path, reason, message));
    const timer = this.#parts.scheduler.after(retryDelay(reason, attempts), () => {
      this.#timers.release(timer);
      if (this.#failures.has(path)) this.#parts.onAgain(path);
    });
    this.#timers.add(timer);
  }

  /** What failed for this reason may succeed now. */
  againNow(reason: NackReason): void {
    for (const [path, failure] of this.#failures) if (failure.reason === reason) this.#parts.onAgain(path);
  }

  over(path: SyncPath): void {
    if (this.#failures.delete(path)) this.#parts.problems.setInbound(path, undefined);
  }

  /** Everything is tried anew. */
  reset(): void {
    for (const path of this.#failures.keys()) this.#parts.problems.setInbound(path, undefined);
    this.#failures.clear();
  }

  dispose(): void {
    this.#timers.dispose();
  }
}

function problemOf(path: SyncPath, reason: NackReason, message: string): SyncProblem {
  if (reason === 'diskFull') {
    return { path, code: 'localDiskFull', message: `This machine's disk has no room for ${path} from the pod.` };
  }
  return { path, code: 'inboundFailed', message: `The pod's version of ${path} cannot be written here: ${message}` };
}

/** What the pod did to a path that it may never change here. */
export function refusedProblem(path: SyncPath): SyncProblem {
  const message = `The pod's change of ${path} is not taken over: programs on this machine would run what is in it.`;
  return { path, code: 'inboundRefused', message };
}
