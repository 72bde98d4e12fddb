import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Cluster, ExecStream } from '../../../src/cluster/cluster.ts';
import type { TreeDigest } from '../tree/treeDigest.ts';
import type { Answer, Sight, Wish } from './lookoutMessages.ts';

/** Where a container is. */
export interface ContainerPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

interface PendingAnswer {
  readonly onBegun: () => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Eyes and hands of the bench in the pod. */
export class Lookout {
  readonly #stream: ExecStream;
  readonly #waiting = new Map<number, PendingAnswer>();
  #last = 0;

  private constructor(stream: ExecStream) {
    this.#stream = stream;
    let rest = '';
    stream.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as Answer);
    });
    let complaint = '';
    stream.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    stream.exit.then(
      (code) => this.#end(`ended with code ${code}: ${complaint}`),
      (error: unknown) => this.#end(String(error)),
    );
  }

  /** Brings the program into a folder of the container and starts it. */
  static async open(cluster: Cluster, place: ContainerPlace, folder: string): Promise<Lookout> {
    const files = ['pod/lookoutProgram.ts', 'pod/lookoutMessages.ts', 'tree/treeDigest.ts'];
    for (const file of files) {
      const content = readFileSync(path.join(import.meta.dirname, '..', file));
      await putFile(cluster, place, path.posix.join(folder, file), content);
    }
    const command = ['node', '--disable-warning=ExperimentalWarning', path.posix.join(folder, 'pod/lookoutProgram.ts')];
    return new Lookout(await cluster.exec({ ...place, command, tty: false }, AbortSignal.timeout(30_000)));
  }

  /**
   * Begins to look for a content, and resolves when the pod does so. `seen` is when it was there, in milliseconds of
   * `machineTime`; it rejects after `deadline` milliseconds.
   */
  async expect(sight: Sight, deadline: number): Promise<{ readonly seen: Promise<number> }> {
    const looking = Promise.withResolvers<undefined>();
    const seen = this.#ask({ kind: 'await', sight }, deadline, () => looking.resolve(undefined)).then(({ at = '' }) => {
      return Number(BigInt(at)) / 1e6;
    });
    seen.catch(looking.reject);
    await looking.promise;
    return { seen };
  }

  async digest(folder: string): Promise<TreeDigest> {
    const { digest } = await this.#ask({ kind: 'digest', folder }, 180_000);
    if (digest === undefined) throw new Error('The lookout gave no digest.');
    return digest;
  }

  async remove(folder: string): Promise<void> {
    await this.#ask({ kind: 'remove', folder }, 180_000);
  }

  async make(folder: string): Promise<void> {
    await this.#ask({ kind: 'make', folder }, 10_000);
  }

  /** The port of the bare tunnel's far end. */
  async listen(): Promise<number> {
    const { port = 0 } = await this.#ask({ kind: 'listen' }, 10_000);
    return port;
  }

  close(): void {
    this.#stream.dispose();
  }

  async #ask(wish: Wish, deadline: number, onBegun = (): void => {}): Promise<Answer> {
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, { onBegun, resolve, reject });
    const late = setTimeout(() => reject(new Error(`not within ${Math.round(deadline / 1000)} s`)), deadline);
    this.#stream.stdin.write(`${JSON.stringify({ id, ...wish })}\n`);
    try {
      const answer = await promise;
      if (answer.error !== undefined) throw new Error(`In the pod: ${answer.error}`);
      return answer;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  #take(answer: Answer): void {
    const pending = this.#waiting.get(answer.id);
    if (answer.begun === true) pending?.onBegun();
    else pending?.resolve(answer);
  }

  #end(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`The lookout ${reason}`));
  }
}

/** Milliseconds of the monotonic clock that all processes of this machine share, those in pods included. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Writes a file in a container, making its folder. */
export async function putFile(
  cluster: Cluster,
  place: ContainerPlace,
  file: string,
  content: Uint8Array,
): Promise<void> {
  const script = 'mkdir -p "$(dirname "$0")" && cat > "$0.part" && mv "$0.part" "$0"';
  await runInPod(cluster, place, ['sh', '-c', script, file], content);
}

/** Runs a command in a container to its end and gives its output; throws when it fails. */
export async function runInPod(
  cluster: Cluster,
  place: ContainerPlace,
  command: readonly string[],
  stdin: Uint8Array = new Uint8Array(),
): Promise<Buffer> {
  const stream = await cluster.exec({ ...place, command, tty: false }, AbortSignal.timeout(30_000));
  const output: Buffer[] = [];
  stream.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  stream.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  stream.stdin.end(stdin);
  const code = await stream.exit;
  stream.dispose();
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${Buffer.concat(output).toString()}`);
  return Buffer.concat(output);
}
