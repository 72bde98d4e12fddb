import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readSyncPath, type SyncPath } from '../../base/paths.ts';
import { LeftAlone } from '../core/leftAlone.ts';

/** What a baseline is about. */
export interface BaselineFacts {
  /** The volume that was compared completely with the local folder. */
  readonly volumeId: string | undefined;
  readonly leftAlone: LeftAlone;
}

/** Remembers, for one session on this machine, which volume it knows and what differs there on purpose. */
export class Baseline {
  readonly #file: string;
  #facts: BaselineFacts;
  #saved: number | undefined = 0;

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'baseline.json');
    this.#facts = read(this.#file);
  }

  get volumeId(): string | undefined {
    return this.#facts.volumeId;
  }

  get leftAlone(): LeftAlone {
    return this.#facts.leftAlone;
  }

  /** From now on this is the volume that is known. */
  know(volumeId: string): void {
    this.#facts = { ...this.#facts, volumeId };
    this.#saved = undefined;
  }

  /** Writes what changed. Throws the disk's error. */
  save(): void {
    const { changes } = this.#facts.leftAlone;
    if (this.#saved === changes) return;
    const { volumeId, leftAlone } = this.#facts;
    const text = JSON.stringify({ version: 1, volumeId, leftAlone: [...leftAlone.entries()] });
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
    this.#saved = changes;
  }
}

/** Nothing is known where nothing can be read: then nothing is derived from it either. */
function read(file: string): BaselineFacts {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error) return { volumeId: undefined, leftAlone: new LeftAlone() };
    throw error;
  }
  const found = typeof value === 'object' && value !== null ? value : {};
  const volumeId = 'volumeId' in found && typeof found.volumeId === 'string' ? found.volumeId : undefined;
  const pairs = 'leftAlone' in found && Array.isArray(found.leftAlone) ? found.leftAlone.flatMap(readPair) : [];
  return { volumeId, leftAlone: new LeftAlone(pairs) };
}

function readPair(value: unknown): [SyncPath, string][] {
  if (!Array.isArray(value)) return [];
  const [text, pair] = value as readonly unknown[];
  const at = typeof text === 'string' ? readSyncPath(text) : undefined;
  return at === undefined || typeof pair !== 'string' ? [] : [[at, pair]];
}
