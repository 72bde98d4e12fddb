import type { Put } from '../../protocol/frame.ts';
import { applyDelta } from '../core/delta.ts';
import { type ConfinedFolder, NoSuchParent } from './confinedFolder.ts';
import { errorCode } from './diskError.ts';
import { readExactly } from './readFile.ts';

/**
 * The bytes that a put stands for, made from the file on disk where it says so; `undefined` when that file is not what
 * the sender takes it for. Whether the bytes have the announced hash is for the caller to check.
 */
export function bytesOf(put: Put, folder: ConfinedFolder): Uint8Array | undefined {
  const { content } = put;
  if (content.kind === 'whole') return content.bytes;
  folder.begin();
  try {
    const source = readExactly(folder.entry(content.source ?? put.path), content.sourceSize);
    return source === undefined ? undefined : applyDelta(source, content.steps);
  } catch (error) {
    if (error instanceof NoSuchParent || errorCode(error) !== '') return undefined;
    throw error;
  }
}
