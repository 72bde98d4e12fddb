import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The token that a sidecar of these tests expects. */
export const testToken = 'a token only for tests';

// Threads and processes of these tests load the same sources again and again.
process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'podloop-compile-cache');

const unshareFlags = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

/** A real sidecar process on this machine. */
export class SidecarProcess {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /**
   * Starts a sidecar over a volume folder and waits until it listens. `mounts` are shell commands that run before it
   * in a mount namespace of its own; what it then has is found below `processRoot`.
   */
  static async start(volume: string, port = 0, mounts?: string): Promise<SidecarProcess> {
    const main = path.join(import.meta.dirname, '../../../src/sidecar/main.ts');
    const alone = [process.execPath, main] as const;
    const [program, ...args] =
      mounts === undefined
        ? alone
        : (['unshare', ...unshareFlags, 'sh', '-ec', `${mounts}\nexec "$@"`, 'sh', ...alone] as const);
    const child = spawn(program, args, {
      env: {
        ...process.env,
        PODLOOP_PORT: String(port),
        PODLOOP_TOKEN_SHA256: createHash('sha256').update(testToken).digest('hex'),
        PODLOOP_VOLUME: volume,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      output += String(text);
      const found = /"port":(\d+)/.exec(output);
      if (found === null) continue;
      child.stdout.resume();
      return new SidecarProcess(child, Number(found[1]));
    }
    throw new Error(`The sidecar did not start: ${output}`);
  }

  /** Whether this machine lets a test make mounts that nobody else sees. */
  static get canMount(): boolean {
    return spawnSync('unshare', [...unshareFlags, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  }

  /** The root folder as the process sees it. */
  get processRoot(): string {
    return `/proc/${this.pid}/root`;
  }

  get pid(): number {
    assert.ok(this.#child.pid !== undefined);
    return this.#child.pid;
  }

  /** Whether the process has ended. */
  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await once(this.#child, 'exit');
  }
}
