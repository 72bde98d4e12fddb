import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { SyncProblem, SyncStatus, WatchTrouble } from '../../../src/sync/core/status.ts';

/** What an engine in a process of its own is started with. */
export interface EngineSettings {
  readonly root: string;
  readonly stateDir: string;
  /** Port of the sidecar. */
  readonly port: number;
}

/** What it is asked for. `hoard`: to open so many files of its own, or (with 0) to close them. */
export type EngineRequest =
  { readonly kind: 'flush' | 'report' | 'close' } | { readonly kind: 'hoard'; readonly files: number };

/** What it answers. */
export interface EngineAnswer {
  /** Why a flush failed. */
  readonly error: string | undefined;
  readonly status: SyncStatus;
  readonly problems: readonly SyncProblem[];
  readonly watchTrouble: WatchTrouble | undefined;
  /** How often trouble with watching was told. */
  readonly troubles: number;
  /** Paths of each batch that became visible, apart from first syncs. */
  readonly batches: readonly number[];
  /** Milliseconds of processor time so far. */
  readonly cpu: number;
}

const userNamespace = ['unshare', '--user', '--map-root-user'] as const;

/** A sync engine in a process of its own, which a test may put under limits. */
export class EngineProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts one; `setup` are shell commands that run before it in the same process, with the rights that `rights` give. */
  static start(settings: EngineSettings, setup = ':', rights: readonly string[] = []): EngineProcess {
    const main = path.join(import.meta.dirname, 'engineMain.ts');
    const args = [
      ...rights,
      'sh',
      '-ec',
      `${setup}\nexec "$@"`,
      'sh',
      process.execPath,
      main,
      JSON.stringify(settings),
    ];
    const [program = 'sh', ...rest] = args;
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    return new EngineProcess(child);
  }

  /** Puts a process into a user namespace of its own, whose limits it may lower. */
  static get ownLimits(): readonly string[] | undefined {
    return spawnSync('unshare', [...userNamespace.slice(1), 'true']).status === 0 ? userNamespace : undefined;
  }

  /** Takes from root what lets it read everything; others need nothing. `undefined` where that cannot be done. */
  static get ordinaryRights(): readonly string[] | undefined {
    if (process.getuid?.() !== 0) return [];
    const rights = [
      'setpriv',
      '--bounding-set=-dac_override,-dac_read_search',
      '--inh-caps=-dac_override,-dac_read_search',
    ];
    return spawnSync('setpriv', [...rights.slice(1), 'true']).status === 0 ? rights : undefined;
  }

  get pid(): number {
    assert.ok(this.#child.pid !== undefined);
    return this.#child.pid;
  }

  async ask(request: EngineRequest): Promise<EngineAnswer> {
    const asked = new AbortController();
    const answered = once(this.#child, 'message', { signal: asked.signal });
    const died = once(this.#child, 'exit', { signal: asked.signal }).then(([code]) => {
      assert.fail(`The engine's process ended with ${code}.`);
    });
    died.catch(() => {});
    this.#child.send(request);
    try {
      const [answer] = (await Promise.race([answered, died])) as [EngineAnswer];
      return answer;
    } finally {
      asked.abort();
    }
  }

  /** Flushes; rejects when that fails. */
  async flush(): Promise<void> {
    const { error } = await this.ask({ kind: 'flush' });
    if (error !== undefined) throw new Error(error);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.send({ kind: 'close' } satisfies EngineRequest);
    await ended;
  }
}
