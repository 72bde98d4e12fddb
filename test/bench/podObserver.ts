import type { Cluster, ExecStream } from '../../src/cluster/cluster.ts';

/**
 * Looks at one file from inside the pod without pause and tells when its content changed: the moment that matters to a
 * program there. Works for every way of syncing alike.
 */
export class PodObserver {
  readonly #stream: ExecStream;
  readonly #seen = new Map<string, (milliseconds: number) => void>();

  private constructor(stream: ExecStream) {
    this.#stream = stream;
    let rest = '';
    stream.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#onLine(line);
    });
    stream.stderr.resume();
    stream.exit.catch(() => undefined);
  }

  static async open(
    cluster: Cluster,
    place: { namespace: string; pod: string; container: string; file: string },
  ): Promise<PodObserver> {
    const { file, ...target } = place;
    const command = ['node', '-e', observer, file];
    return new PodObserver(await cluster.exec({ ...target, command, tty: false }, AbortSignal.timeout(30_000)));
  }

  /** Resolves with the pod's clock, in milliseconds since the epoch, when the file begins with `token`. */
  saw(token: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const late = AbortSignal.timeout(60_000);
      late.addEventListener('abort', () => reject(new Error(`The pod never saw ${token}.`)), { once: true });
      this.#seen.set(token, resolve);
    });
  }

  close(): void {
    this.#stream.dispose();
  }

  #onLine(line: string): void {
    const [token = '', time = ''] = line.split(' ');
    this.#seen.get(token)?.(Number(time));
    this.#seen.delete(token);
  }
}

/** Prints the file's first word and the time whenever it is another one; yields between looks. */
const observer = `
const fs = require('node:fs');
const token = Buffer.alloc(24);
let last = '';
const look = () => {
  try {
    const file = fs.openSync(process.argv[1], 'r');
    const read = fs.readSync(file, token, 0, 24, 0);
    fs.closeSync(file);
    const word = token.toString('latin1', 0, read).split(/\\s/)[0];
    if (word !== last && read === 24) {
      last = word;
      console.log(word, performance.timeOrigin + performance.now());
    }
  } catch {}
  setTimeout(look, 0);
};
look();
`;
