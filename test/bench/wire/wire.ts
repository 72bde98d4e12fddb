import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import type { TestCluster } from '../../cluster/fixture.ts';
import type { ProxyAnswer, ProxyRequest, Traffic } from './proxyMessages.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The way from this machine to the API server, with a door of its own for each peer. */
export class Wire implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #config: KubeconfigView;
  readonly #folder: string;
  readonly #waiting = new Map<number, (answer: ProxyAnswer) => void>();
  #last = 0;

  private constructor(config: KubeconfigView, folder: string) {
    this.#config = config;
    this.#folder = folder;
    const { hostname, port } = new URL(serverOf(config));
    const settings = JSON.stringify({ host: hostname, port: Number(port === '' ? 443 : port) });
    this.#process = fork(path.join(import.meta.dirname, 'proxyProcess.ts'), [settings], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#process.on('message', (answer: ProxyAnswer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** Begins a proxy; kubeconfigs of peers are written to `folder`. */
  static async open(cluster: TestCluster, folder: string): Promise<Wire> {
    const text = await cluster.kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
    return new Wire(JSON.parse(text) as KubeconfigView, folder);
  }

  get processId(): number {
    return this.#process.pid ?? 0;
  }

  /** Opens a door; gives a kubeconfig file whose context leads through it. */
  async door(name: string): Promise<string> {
    const { port } = await this.#ask({ kind: 'open', name });
    const clusters = this.#config.clusters.map(({ name: cluster, cluster: body }) => {
      const host = new URL(body.server).hostname;
      // The certificate is that of the server's own name; one for an address is good for the loopback's as well.
      const names = isIP(host) === 0 ? { 'tls-server-name': host } : {};
      return { name: cluster, cluster: { ...body, server: `https://127.0.0.1:${port}`, ...names } };
    });
    const file = path.join(this.#folder, `${name}.kubeconfig`);
    writeFileSync(file, JSON.stringify({ ...this.#config, clusters }), { mode: 0o600 });
    return file;
  }

  /** What went through a door since it was opened. */
  async count(name: string): Promise<Traffic> {
    const { traffic } = await this.#ask({ kind: 'count', name });
    return traffic ?? { up: 0, down: 0 };
  }

  /** Breaks all connections through a door. */
  async cut(name: string): Promise<void> {
    await this.#ask({ kind: 'cut', name });
  }

  /** Adds this to every round trip, in milliseconds. */
  async setRoundTrip(milliseconds: number): Promise<void> {
    await this.#ask({ kind: 'roundTrip', milliseconds });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.disconnect();
    await once(this.#process, 'exit');
  }

  #ask(request: WithoutId<ProxyRequest>): Promise<ProxyAnswer> {
    const id = ++this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.send({ ...request, id });
    });
  }
}

interface KubeconfigView {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
}

function serverOf(config: KubeconfigView): string {
  const server = config.clusters[0]?.cluster.server;
  if (server === undefined) throw new Error('The kubeconfig names no server.');
  return server;
}
