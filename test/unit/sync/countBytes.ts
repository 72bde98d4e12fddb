import { Duplex, PassThrough } from 'node:stream';
import type { World } from './world.ts';

/** Counts what the client sends; each call gives the bytes since the one before. Call it before the engine dials. */
export function countBytes(world: World): () => number {
  let bytes = 0;
  world.wrap = (socket) => {
    const counted = new PassThrough();
    counted.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    counted.pipe(socket);
    return Duplex.from({ readable: socket, writable: counted });
  };
  return () => {
    const since = bytes;
    bytes = 0;
    return since;
  };
}
