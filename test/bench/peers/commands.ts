import { type ChildProcess, spawn } from 'node:child_process';

/** Runs the programs of a peer that has no process of its own, and knows which of them run. */
export class Commands {
  readonly #running = new Set<ChildProcess>();
  #last: Promise<unknown> = Promise.resolve();

  pids(): number[] {
    return [...this.#running].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Runs a shell script with arguments `$1` and so on; throws with what it said when it fails. */
  run(script: string, args: readonly string[], stdin = ''): Promise<void> {
    const child = spawn('bash', ['-o', 'pipefail', '-c', script, 'bash', ...args], { stdio: 'pipe' });
    this.#running.add(child);
    let complaint = '';
    child.stdout.resume();
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        this.#running.delete(child);
        if (code === 0) resolve();
        else reject(new Error(`${script} ended with ${code}: ${complaint.trim().slice(-500)}`));
      });
    });
  }

  /** Runs a script after those that were begun so. */
  begin(script: string, args: readonly string[]): Promise<void> {
    const run = this.#last.catch(() => undefined).then(() => this.run(script, args));
    this.#last = run;
    run.catch(() => undefined);
    return run;
  }

  /** Resolves when everything that was begun is over; rejects when it failed. */
  async settled(): Promise<void> {
    await this.#last;
  }

  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}
