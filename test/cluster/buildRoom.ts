import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { clusterCache } from './place.ts';
import { runProgram } from './runProgram.ts';

const store = path.join(clusterCache, 'buildah');
const runFolder = path.join(store, 'run');
const loan = path.join(runFolder, 'loan');

/**
 * Where images are built: a mount namespace over buildah's store, which is the project's own and never the user's. One
 * process at a time is in it; the kernel opens the door again when that process ends, however it ends.
 */
export class BuildRoom implements AsyncDisposable {
  readonly #keeper: ChildProcess;

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  /** Waits until no other process is in the room, and enters. */
  static async enter(): Promise<BuildRoom> {
    mkdirSync(store, { recursive: true });
    const script = ['bash', path.join(import.meta.dirname, 'buildRoom.sh')];
    const room = ['--mount', '--propagation', 'private', 'flock', path.join(store, 'lock'), ...script];
    const env = { ...process.env, STORE: store, LOAN: loan };
    const keeper = spawn('unshare', room, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const [first] = (await Promise.race([once(keeper.stdout, 'data'), once(keeper, 'exit')])) as [unknown];
    if (!(first instanceof Buffer)) throw new Error('The room for building images could not be made.');
    const entered = new BuildRoom(keeper);
    // Containers of a build that was killed.
    await entered.buildah(['rm', '--all']);
    return entered;
  }

  /** Runs buildah and gives its output; `onLine` gets it line by line. Throws with the last lines when it fails. */
  async buildah(args: readonly string[], onLine?: (line: string) => void): Promise<string> {
    // A build that nobody waits for any more must not go on.
    const enter = ['-t', String(this.#keeper.pid), '-m', '--', 'setpriv', '--pdeathsig', 'KILL', 'buildah'];
    const places = ['--root', path.join(store, 'root'), '--runroot', runFolder, '--storage-driver', 'overlay'];
    // Builds need no cgroup and no network namespace of their own, only another root.
    const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', LC_ALL: 'C.UTF-8' };
    const output = await runProgram('nsenter', [...enter, ...places, ...args], { env, ...(onLine && { onLine }) });
    return output.trim();
  }

  /** Builds a Dockerfile and names the image; steps that were done before come from buildah's own cache. */
  async build(image: string, dockerfile: string, context: string, report: (line: string) => void): Promise<void> {
    // Whatever the build writes into the image, these settings are only bound over a folder that is there anyway.
    const options = ['--pull=never', '--layers', '--volume', `${loan}:/usr/local/etc:ro`];
    await this.buildah(['build', ...options, '--tag', image, '--file', dockerfile, context], (line) => {
      if (line.startsWith('STEP ')) report(`  ${line.replaceAll(/\s+/g, ' ').slice(0, 110)}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#keeper.exitCode !== null) return;
    const ended = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await ended;
  }
}
