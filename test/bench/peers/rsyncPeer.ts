import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { volume } from '../pod/benchPod.ts';
import { Commands } from './commands.ts';
import type { Peer, PeerPlace } from './peer.ts';

/** By itself it looks at whole seconds only, and misses the second of two saves within one. */
const options = '-a --modify-window=-1';

/** rsync with `kubectl exec` in place of ssh; for a saved file it is told which one. */
export class RsyncPeer implements Peer {
  readonly name = 'rsync';
  readonly container = 'peers';
  readonly target = `${volume}/rsync`;
  readonly watches = false;
  readonly deletes = true;
  readonly #place: PeerPlace;
  readonly #commands = new Commands();
  readonly #shell: string;

  constructor(place: PeerPlace) {
    this.#place = place;
    this.#shell = path.join(place.state, 'rsync-shell');
    this.reopen = this.reconnect;
  }

  pids(): readonly number[] {
    return this.#commands.pids();
  }

  async open(): Promise<void> {
    const { kubectl, kubeconfig, context, pod } = this.#place;
    const exec = `'${kubectl}' --kubeconfig '${kubeconfig}' --context '${context}' exec -i -n ${pod.namespace} ${pod.pod} -c peers`;
    // rsync gives the host first.
    writeFileSync(this.#shell, `#!/bin/sh\nshift\nexec ${exec} -- "$@"\n`, { mode: 0o755 });
    await pod.lookout.make(this.target);
  }

  async bring(): Promise<void> {
    const script = `rsync -e "$1" ${options} --delete --exclude=/.git "$2/" pod:${this.target}/`;
    await this.#commands.run(script, [this.#shell, this.#place.tree.root]);
  }

  readonly reconnect = (): Promise<void> => this.bring();
  readonly reopen: () => Promise<void>;

  saved(file: string): Promise<void> {
    const script = `cd "$2" && rsync -e "$1" ${options} -R "./$3" pod:${this.target}/`;
    return this.#commands.begin(script, [this.#shell, this.#place.tree.root, file]);
  }

  settled(): Promise<void> {
    return this.#commands.settled();
  }

  close(): Promise<void> {
    this.#commands.close();
    return Promise.resolve();
  }
}
