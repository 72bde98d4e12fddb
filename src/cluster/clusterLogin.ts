import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from '../base/disposable.ts';
import type { KubeContext } from './core/kubeconfigContexts.ts';
import { type KubeconfigEntry, readKubeconfigFile } from './core/kubeconfigFile.ts';
import { loginConfig, userHeaders } from './loginConfig.ts';
import { programPath } from './programPath.ts';

/**
 * What a request needs to reach the API server as the user: give all of it to `http(s).request` or `ws`. Certificates
 * are beside the agent as well as in it: VS Code's proxy support puts an agent of its own in the place of this one.
 */
export interface LoginOptions extends TlsOptions {
  readonly agent: HttpAgent;
  readonly headers: OutgoingHttpHeaders;
  /** `name:password`, for basic authentication. */
  readonly auth?: string;
}

const tlsKeys = ['ca', 'cert', 'key', 'rejectUnauthorized', 'servername'] as const;
type TlsOptions = Pick<RequestOptions, (typeof tlsKeys)[number]>;

/** The login of one context: certificates, tokens and credential plugins, by client-node's `KubeConfig`. */
export class ClusterLogin implements Disposable {
  readonly #context: KubeContext;
  #user: KubeconfigEntry | undefined;
  #config: KubeConfig;
  /** Every agent so far: connections of an earlier one may still be in use. */
  readonly #agents = new Set<HttpAgent>();
  #agent: HttpAgent | undefined;
  #agentTls: TlsOptions = {};
  #current: Promise<LoginOptions> | undefined;
  #renewal: Promise<void> | undefined;
  #version = 0;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#user = context.entries.user;
    this.#config = loadConfig(context, this.#user);
  }

  /** Counts renewals, so that a caller who was refused can tell whether somebody renewed since. */
  get version(): number {
    return this.#version;
  }

  /** The options for the next request; runs a credential plugin where needed, once for all who wait. */
  options(): Promise<LoginOptions> {
    this.#current ??= this.#make().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  /** Forgets cached credentials and reads the user's entry again; without effect if that happened since `version`. */
  async renew(version: number): Promise<void> {
    if (version !== this.#version) return;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  dispose(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #renew(): Promise<void> {
    this.#user = await readAgain(this.#user);
    this.#config = loadConfig(this.#context, this.#user);
    this.#version += 1;
  }

  async #make(): Promise<LoginOptions> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const headers = { ...readHeaders(options.headers), ...userHeaders(this.#user?.body) };
    const agent = this.#agentFor(options);
    return { ...pickTls(options), agent, headers, ...(typeof options.auth === 'string' ? { auth: options.auth } : {}) };
  }

  /** One agent as long as the certificates stay the same, so that connections are reused. */
  #agentFor(options: RequestOptions): HttpAgent {
    const tls = pickTls(options);
    if (this.#agent !== undefined && sameTls(tls, this.#agentTls)) return this.#agent;
    this.#agentTls = tls;
    this.#agent = this.#makeAgent(options, tls);
    this.#agents.add(this.#agent);
    return this.#agent;
  }

  #makeAgent({ agent }: RequestOptions, tls: TlsOptions): HttpAgent {
    // A proxy needs client-node's own kind of agent; the plain one has no keep-alive.
    if (this.#config.getCurrentCluster()?.proxyUrl !== undefined && agent instanceof HttpAgent) return agent;
    const keepAlive = { keepAlive: true, timeout: idleMilliseconds };
    return this.#context.server.startsWith('http:')
      ? new HttpAgent(keepAlive)
      : new HttpsAgent({ ...keepAlive, ...tls });
  }
}

/** Idle connections are closed before the load balancers that clouds put in front of API servers drop them silently. */
const idleMilliseconds = 30_000;

function loadConfig(context: KubeContext, user: KubeconfigEntry | undefined): KubeConfig {
  const config = new KubeConfig();
  const programs = programPath({ env: process.env, home: homedir(), platform: process.platform });
  config.loadFromString(JSON.stringify(loginConfig(context, user, programs)));
  return config;
}

/** The user's entry as its file has it now; the known one while the file is away or half written. */
async function readAgain(user: KubeconfigEntry | undefined): Promise<KubeconfigEntry | undefined> {
  if (user === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(user.file, 'utf8');
  } catch {
    // The list of contexts reports a file that is gone; here the plugin may still give a new token.
    return user;
  }
  return readKubeconfigFile(user.file, text).users.find(({ name }) => name === user.name) ?? user;
}

function pickTls(options: RequestOptions): TlsOptions {
  return Object.fromEntries(tlsKeys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]));
}

function sameTls(a: TlsOptions, b: TlsOptions): boolean {
  return isDeepStrictEqual(a, b);
}

/** Files of tokens often end with a line break, which no header may hold. */
function readHeaders(headers: RequestOptions['headers']): OutgoingHttpHeaders {
  if (headers === undefined || isArray(headers)) return {};
  const { Authorization: authorization } = headers;
  return { ...headers, ...(typeof authorization === 'string' ? { Authorization: authorization.trim() } : {}) };
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
