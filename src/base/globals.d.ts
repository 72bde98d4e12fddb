/**
 * The only host globals that pure code may name. They exist in Node, in VS Code and in a browser page alike, so
 * declaring them here, with compiler setting `types: []`, keeps every other host API out of the pure folders.
 */
declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
declare const performance: { now(): number };
/** Not in a browser page: for `systemScheduler.soon`, which no page uses. */
declare function setImmediate(callback: () => void): void;
declare function setTimeout(callback: () => void, milliseconds: number): number;
declare function clearTimeout(handle: number): void;
