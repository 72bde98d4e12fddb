import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecStream } from '../../../src/cluster/cluster.ts';
import { runProgram } from '../../cluster/runProgram.ts';
import { endWithProcess } from '../../machine/endWithProcess.ts';
import { freePort } from '../../machine/freePort.ts';
import { until } from '../../machine/until.ts';
import { volume } from '../pod/benchPod.ts';
import { putFile } from '../pod/lookout.ts';
import type { Peer, PeerPlace } from './peer.ts';
import { SyncthingApi, untilEqual } from './syncthingApi.ts';
import { syncthingConfig } from './syncthingConfig.ts';

const podPort = 22_010;
const patience = 120_000;

/** Syncthing with Nocalhost's settings, its connection carried by a port-forward of the API server as there. */
export class SyncthingPeer implements Peer {
  readonly name = 'Syncthing';
  readonly container = 'peers';
  readonly target = `${volume}/syncthing/files`;
  readonly watches = true;
  readonly deletes = true;
  readonly #place: PeerPlace;
  readonly #home: string;
  readonly #local: LocalEnd = { id: '', api: new SyncthingApi(0), process: undefined };
  readonly #far: FarEnd = { id: '', api: new SyncthingApi(0), process: undefined, forward: undefined };
  #forward: ChildProcess | undefined;
  #forwardPort = 0;
  readonly #interrupted = endWithProcess(() => {
    for (const child of this.#children()) child?.kill('SIGKILL');
  });

  constructor(place: PeerPlace) {
    this.#place = place;
    this.#home = path.join(place.state, 'syncthing');
  }

  pids(): readonly number[] {
    return [this.#local.process, this.#forward].flatMap((child) => (child?.pid === undefined ? [] : [child.pid]));
  }

  async open(): Promise<void> {
    const { root } = this.#place.tree;
    this.#local.id = await generate(this.#home);
    this.#far.id = await generate(`${this.#home}-pod`);
    this.#forwardPort = await freePort();
    await this.#startFarEnd();
    await this.#startForward();
    const guiPort = await freePort();
    this.#local.api = new SyncthingApi(guiPort);
    const config = syncthingConfig({
      side: 'local',
      folder: root,
      ownId: this.#local.id,
      otherId: this.#far.id,
      otherAddress: `tcp://127.0.0.1:${this.#forwardPort}`,
      listen: 'tcp://127.0.0.1:0',
      guiPort,
    });
    writeFileSync(path.join(this.#home, 'config.xml'), config);
    writeFileSync(path.join(root, '.stignore'), '/.git\n');
    await this.#startLocal();
  }

  async bring(): Promise<void> {
    await this.#local.api.setPaused(false);
    await this.#local.api.scan();
    await this.settled();
  }

  /** It has watchers of its own. */
  saved(): Promise<void> {
    return Promise.resolve();
  }

  settled(): Promise<void> {
    return untilEqual(this.#local.api, this.#far.api, this.#local.id, patience);
  }

  /** The connection is carried by a forward that ends with it; Nocalhost starts another one. */
  readonly reconnect = async (): Promise<void> => {
    await end(this.#forward);
    await this.#startForward();
    await this.#untilConnected();
    await this.settled();
  };

  readonly reopen = async (): Promise<void> => {
    await end(this.#local.process);
    await this.#startLocal();
    await this.#local.api.scan();
    await this.settled();
  };

  async close(): Promise<void> {
    await Promise.all(this.#children().map((child) => end(child)));
    this.#interrupted.dispose();
    this.#far.process?.dispose();
    rmSync(path.join(this.#place.tree.root, '.stignore'), { force: true });
  }

  #children(): (ChildProcess | undefined)[] {
    return [this.#local.process, this.#forward, this.#far.forward];
  }

  async #startFarEnd(): Promise<void> {
    const { cluster, lookout, place } = this.#place.pod;
    const home = `${volume}/syncthing/home`;
    const config = syncthingConfig({
      side: 'pod',
      folder: this.target,
      ownId: this.#far.id,
      otherId: this.#local.id,
      otherAddress: 'dynamic',
      listen: `tcp://127.0.0.1:${podPort}`,
      guiPort: podPort + 1,
    });
    await lookout.make(this.target);
    const files = { 'config.xml': config, 'cert.pem': this.#key('cert.pem'), 'key.pem': this.#key('key.pem') };
    for (const [name, content] of Object.entries(files)) {
      await putFile(cluster, place('peers'), `${home}/${name}`, Buffer.from(content));
    }
    const serve = `exec syncthing serve --home ${home} --no-browser --no-restart >${volume}/syncthing/log 2>&1`;
    const command = ['env', 'STNOUPGRADE=1', 'sh', '-c', serve];
    this.#far.process = await cluster.exec({ ...place('peers'), command, tty: false }, AbortSignal.timeout(30_000));
    const port = await freePort();
    // Asking how far it is must not count as its traffic.
    this.#far.forward = await this.#forwardTo(this.#place.asking, `${port}:${podPort + 1}`);
    this.#far.api = new SyncthingApi(port);
  }

  #key(name: string): string {
    return readFileSync(path.join(`${this.#home}-pod`, name), 'utf8');
  }

  async #startForward(): Promise<void> {
    this.#forward = await this.#forwardTo(this.#place.kubeconfig, `${this.#forwardPort}:${podPort}`);
  }

  async #forwardTo(kubeconfig: string, ports: string): Promise<ChildProcess> {
    const { kubectl, context, pod } = this.#place;
    const to = ['--kubeconfig', kubeconfig, '--context', context, '-n', pod.namespace];
    const child = spawn(kubectl, [...to, 'port-forward', `pod/${pod.pod}`, ports], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.stdout.resume();
    return child;
  }

  async #startLocal(): Promise<void> {
    const log = openSync(path.join(this.#place.state, 'syncthing.log'), 'a');
    const command = ['serve', '--home', this.#home, '--no-browser', '--no-restart'];
    this.#local.process = spawn('syncthing', command, {
      stdio: ['ignore', log, log],
      env: { ...process.env, STNOUPGRADE: '1', HOME: this.#place.state },
    });
    closeSync(log);
    await this.#untilConnected();
  }

  async #untilConnected(): Promise<void> {
    await until('Syncthing is connected', () => this.#local.api.isConnected(this.#far.id), 60_000);
  }
}

interface LocalEnd {
  id: string;
  api: SyncthingApi;
  process: ChildProcess | undefined;
}

interface FarEnd {
  id: string;
  api: SyncthingApi;
  process: ExecStream | undefined;
  /** The bench's own way to its interface. */
  forward: ChildProcess | undefined;
}

/** Makes keys in a folder, and gives the device's id. */
async function generate(home: string): Promise<string> {
  mkdirSync(home, { recursive: true });
  const env = { ...process.env, HOME: home };
  await runProgram('syncthing', ['generate', '--home', home, '--no-default-folder', '--skip-port-probing'], { env });
  const said = await runProgram('syncthing', ['--home', home, '--device-id'], { env });
  const [id] = /[A-Z0-9]{7}(-[A-Z0-9]{7}){7}/.exec(said) ?? [];
  if (id === undefined) throw new Error(`Syncthing gave no device id: ${said}`);
  return id;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
