import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkout } from '../../cluster/place.ts';
import { profileFolder, sidecarPort, volume } from '../pod/benchPod.ts';
import { runInPod } from '../pod/lookout.ts';
import type { LaptopAnswer, LaptopWish } from './laptopMessages.ts';
import type { Peer, PeerPlace } from './peer.ts';

/** Podloop's engine in a process of its own, with the bundles that ship. */
export class PodloopPeer implements Peer {
  readonly name = 'Podloop';
  readonly container = 'podloop-sidecar';
  readonly target = `${volume}/podloop/files`;
  readonly watches = true;
  readonly deletes = true;
  readonly #place: PeerPlace;
  readonly #waiting = new Map<number, (answer: LaptopAnswer) => void>();
  #laptop: ChildProcess | undefined;
  #isOpen = false;
  #last = 0;

  constructor(place: PeerPlace) {
    this.#place = place;
  }

  pids(): readonly number[] {
    return this.#laptop?.pid === undefined ? [] : [this.#laptop.pid];
  }

  async open(): Promise<void> {
    const { profile, state, tree, kubeconfig, context, pod } = this.#place;
    const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const laptop = fork(path.join(checkout, '.local/bench/laptop.js'), { execArgv });
    this.#laptop = laptop;
    laptop.on('message', (answer: LaptopAnswer) => this.#take(answer));
    laptop.on('exit', (code) => {
      this.#laptop = undefined;
      for (const id of this.#waiting.keys())
        this.#take({ id, reloads: 0, error: `Podloop's process ended with ${code}.` });
    });
    const settings = {
      root: tree.root,
      stateDir: path.join(state, 'podloop'),
      kubeconfig,
      context,
      namespace: pod.namespace,
      pod: pod.pod,
      port: sidecarPort,
      token: pod.token,
    };
    await this.#ask({ kind: 'prepare', settings });
  }

  async bring(): Promise<void> {
    if (!this.#isOpen) await this.#ask({ kind: 'open' });
    this.#isOpen = true;
    await this.#ask({ kind: 'flush' });
  }

  saved(file: string): Promise<void> {
    this.#laptop?.send({ id: 0, kind: 'saved', file: path.join(this.#place.tree.root, file) });
    return Promise.resolve();
  }

  async settled(): Promise<void> {
    await this.#ask({ kind: 'flush' });
  }

  readonly reconnect = async (): Promise<void> => {
    await this.#ask({ kind: 'reconnect' });
  };

  readonly reopen = async (): Promise<void> => {
    await this.#ask({ kind: 'reopen' });
  };

  readonly reloads = async (): Promise<number> => {
    const { reloads } = await this.#ask({ kind: 'reloads' });
    return reloads;
  };

  async close(): Promise<void> {
    const laptop = this.#laptop;
    if (laptop === undefined) return;
    const ended = once(laptop, 'exit');
    laptop.send({ id: 0, kind: 'close' });
    await ended;
    if (this.#place.profile !== undefined) await this.#fetchProfile(this.#place.profile);
  }

  async #ask(request: LaptopWish): Promise<LaptopAnswer> {
    const id = ++this.#last;
    const answered = new Promise<LaptopAnswer>((resolve) => this.#waiting.set(id, resolve));
    if (this.#laptop === undefined) throw new Error("Podloop's process does not run.");
    this.#laptop.send({ id, ...request });
    const answer = await answered;
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  #take(answer: LaptopAnswer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  /** The sidecar writes its profile when it ends; the container starts it again. */
  async #fetchProfile(folder: string): Promise<void> {
    const { pod, tree } = this.#place;
    const sidecar = pod.place('podloop-sidecar');
    await runInPod(pod.cluster, sidecar, ['sh', '-c', 'kill -TERM 1']).catch(() => undefined);
    const script = `until ls ${profileFolder}/*.cpuprofile >/dev/null 2>&1; do sleep 0.1; done; sleep 1; cat ${profileFolder}/*.cpuprofile`;
    mkdirSync(folder, { recursive: true });
    const profile = await runInPod(pod.cluster, pod.place('lookout'), ['sh', '-c', script]);
    writeFileSync(path.join(folder, `sidecar-${tree.files}.cpuprofile`), profile);
  }
}
