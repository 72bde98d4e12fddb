import type { Disposable } from '../../base/disposable.ts';
import { rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { IgnoreRules } from '../core/ignoreRules.ts';
import type { LocalFolder } from '../replica/localFolder.ts';
import { Evidence } from './evidence.ts';
import type { GitLock } from './gitLock.ts';
import type { HintBatch } from './hints.ts';
import type { Looks } from './looks.ts';
import { Rescans } from './rescans.ts';
import type { Watching } from './watching.ts';

/** What `FullScans` works with and tells. */
export interface FullScansParts {
  readonly folder: LocalFolder;
  readonly rules: IgnoreRules;
  readonly looks: Looks;
  readonly watching: Watching;
  readonly lock: GitLock;
  readonly scheduler: Scheduler;
  /** What has been told and not been looked at. */
  readonly waiting: () => Pick<HintBatch, 'paths' | 'folders'>;
  /** A few seconds have passed, and no scan is under way. */
  readonly onTick: () => void;
  /** A scan is over: what it found, and why it ended early, if it did. */
  readonly onScanned: (changed: Set<SyncPath>, since: number, error: unknown) => void;
}

/** The watcher has to prove itself now and then for so long (ms) after a change. */
const activeMs = 60_000;

/** Looks at everything: when asked to, when something was missed, and every now and then, to find out whether it was. */
export class FullScans implements Disposable {
  readonly #parts: FullScansParts;
  readonly #rescans: Rescans;
  readonly #evidence = new Evidence();
  #running = 0;
  #lastChange = -Infinity;

  constructor(parts: FullScansParts) {
    this.#parts = parts;
    this.#rescans = new Rescans(
      parts.scheduler,
      () => {
        this.#due();
      },
      (now) => {
        if (now - this.#lastChange < activeMs) parts.watching.probe(now);
        if (this.#running === 0) parts.onTick();
      },
    );
  }

  /** Whether something is known to have been missed that no scan has looked for yet. */
  get isNeeded(): boolean {
    return this.#rescans.pace.isNeeded;
  }

  /** Looks at everything now; `then` is called after `onScanned`. */
  scan(then: () => void = () => {}): void {
    this.#scan(() => {}, then);
  }

  /** Something was missed. */
  need(): void {
    this.#rescans.need();
  }

  storm(): void {
    this.#rescans.pace.storm(this.#parts.scheduler.now());
  }

  changed(now: number): void {
    this.#lastChange = now;
    this.#rescans.pace.changed(now);
  }

  /** Whether changes are told of may be different now. */
  trustChanged(): void {
    this.#rescans.pace.blind = this.#parts.watching.isBlind;
  }

  rootIsThere(isThere: boolean): void {
    this.#rescans.rootIsThere(isThere);
  }

  hinted(path: SyncPath): void {
    this.#evidence.hinted(path);
  }

  hintedIn(folder: SyncPath): void {
    this.#evidence.hintedIn(folder);
  }

  dispose(): void {
    this.#rescans.dispose();
  }

  #due(): void {
    const { lock, scheduler, watching } = this.#parts;
    if (this.#running > 0 || lock.isHeld(scheduler.now(), false)) return;
    lock.find();
    if (this.isNeeded || watching.isBlind) this.scan();
    else this.#reconcile();
  }

  #scan(onFound: (changed: ReadonlySet<SyncPath>) => void, then: () => void): void {
    const { looks, folder, scheduler, onScanned } = this.#parts;
    const since = scheduler.now();
    this.#running++;
    this.#rescans.pace.started();
    looks.add('patient', {
      steps: folder.scan(rootSyncPath),
      over: (changed, cost, error) => {
        this.#running--;
        this.#rescans.pace.finished(scheduler.now(), cost);
        onFound(changed);
        onScanned(changed, since, error);
        then();
      },
    });
  }

  /** Looks at everything although nothing seems to have been missed, and finds out whether that is so. */
  #reconcile(): void {
    const { rules, watching, waiting } = this.#parts;
    const { version } = rules;
    this.#evidence.begin(waiting());
    this.#scan(
      (changed) => {
        const untold = rules.version === version ? this.#evidence.untold(changed, (at) => watching.isTold(at)) : [];
        if (untold.length === 0) this.#evidence.end();
        else this.#judge(untold);
      },
      () => {},
    );
  }

  /** Whether notices come for these paths after all. */
  #judge(untold: readonly SyncPath[]): void {
    const { watching } = this.#parts;
    watching.ask((answer) => {
      if (answer === 'answered' && this.#evidence.judge(untold)) watching.missed();
      this.#evidence.end();
    });
  }
}
