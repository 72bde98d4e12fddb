import { unseal } from '../../src/sync/link/frames.ts';

/** The last things that happened in a run, for whoever has to find out why it failed. */
export class Trace {
  readonly #lines: string[] = [];
  /** Whether everything that the ends change is noted as well, and all of it is kept. */
  isDetailed = process.env.PODLOOP_TRACE !== undefined;

  note(line: string): void {
    this.#lines.push(line.replaceAll('\n', '⏎'));
    if (!this.isDetailed && this.#lines.length > 400) this.#lines.splice(0, 200);
  }

  /** Everything that a message says, shortened. */
  noteFrames(from: string, message: Uint8Array): void {
    const frames = unseal(message);
    const shorten = (key: string, value: unknown): unknown => {
      if (key === 'bytes' || key === 'data') return '...';
      return key === 'hash' && typeof value === 'string' ? value.slice(0, 6) : value;
    };
    for (const frame of 'kind' in frames ? [frames] : frames) {
      if (!/^(?:ping|pong|credit)$/.test(frame.kind)) this.note(`${from} says ${JSON.stringify(frame, shorten)}`);
    }
  }

  last(count: number): string {
    return this.#lines.slice(-count).join('\n');
  }
}
