import type { Switch } from '../tree/branches.ts';
import { volume } from '../pod/benchPod.ts';
import { Commands } from './commands.ts';
import type { Peer, PeerPlace } from './peer.ts';

/** What people do by hand: `tar` through `kubectl exec`, of what they say has changed. */
export class TarPeer implements Peer {
  readonly name = 'tar';
  readonly container = 'peers';
  readonly target = `${volume}/tar`;
  readonly watches = false;
  readonly deletes = false;
  readonly #place: PeerPlace;
  readonly #commands = new Commands();
  readonly #exec: string;

  constructor(place: PeerPlace) {
    this.#place = place;
    const { kubectl, kubeconfig, context, pod } = place;
    this.#exec = `'${kubectl}' --kubeconfig '${kubeconfig}' --context '${context}' exec -i -n ${pod.namespace} ${pod.pod} -c peers --`;
  }

  pids(): readonly number[] {
    return this.#commands.pids();
  }

  async open(): Promise<void> {
    await this.#place.pod.lookout.make(this.target);
  }

  async bring(change?: Switch): Promise<void> {
    const { root } = this.#place.tree;
    const unpack = `${this.#exec} tar -C ${this.target} -xf -`;
    if (change === undefined) {
      await this.#commands.run(`tar -C "$1" --exclude=./.git -cf - . | ${unpack}`, [root]);
      return;
    }
    if (change.changed.length > 0) {
      await this.#commands.run(`tar -C "$1" -cf - -T - | ${unpack}`, [root], change.changed.join('\n'));
    }
    if (change.removed.length === 0) return;
    const remove = `${this.#exec} sh -c 'cd ${this.target} && xargs rm -f'`;
    await this.#commands.run(remove, [], change.removed.join('\n'));
  }

  saved(file: string): Promise<void> {
    const script = `tar -C "$1" -cf - "$2" | ${this.#exec} tar -C ${this.target} -xf -`;
    return this.#commands.begin(script, [this.#place.tree.root, file]);
  }

  settled(): Promise<void> {
    return this.#commands.settled();
  }

  close(): Promise<void> {
    this.#commands.close();
    return Promise.resolve();
  }
}
