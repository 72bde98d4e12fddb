import type { SyncPath } from '../../base/paths.ts';
import { absent, type PathState } from '../../protocol/pathState.ts';
import { decide, type Decision, type LocalView } from './decide.ts';
import type { LeftAlone } from './leftAlone.ts';
import type { Policy } from './modes.ts';
import type { RemoteView } from './remoteView.ts';

/** Decides paths, by their policy and by what was agreed to be an exception from it. */
export class Judge {
  readonly #remote: RemoteView;
  readonly #policyOf: (path: SyncPath) => Policy;
  readonly leftAlone: LeftAlone;
  readonly #localWins = new Set<SyncPath>();

  constructor(remote: RemoteView, policyOf: (path: SyncPath) => Policy, leftAlone: LeftAlone) {
    this.#remote = remote;
    this.#policyOf = policyOf;
    this.leftAlone = leftAlone;
  }

  decide(path: SyncPath, local: LocalView): Decision {
    const track = this.#remote.get(path);
    const differs = local.kind !== 'ignored' && local.kind !== 'unknown';
    if (differs && this.leftAlone.holds(path, local, track?.expected ?? absent)) return { kind: 'nothing' };
    return decide(local, track, this.#policy(path, track?.put));
  }

  /** The first time that both sides have the path, the local version replaces the other one. */
  letLocalWin(path: SyncPath): void {
    this.#localWins.add(path);
  }

  /** Whether what only the pod has may be of any concern. */
  mayConcern(path: SyncPath): boolean {
    return this.#policyOf(path) !== 'push';
  }

  /** Whether what the pod has may be wanted here at all. */
  takes(path: SyncPath): boolean {
    const policy = this.#policyOf(path);
    return policy === 'twoWay' || policy === 'follow';
  }

  #policy(path: SyncPath, put: PathState | undefined): Policy {
    if (put === undefined && this.#localWins.has(path)) return 'push';
    return this.#policyOf(path);
  }
}
