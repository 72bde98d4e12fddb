import { Duplex, PassThrough } from 'node:stream';
import type { World } from './world.ts';

/** Counts what the client sends; each call gives the bytes since the one before. Call it before the engine dials. */
export function countBytes(world: World): () => number {
  let bytes = 0;
  world.wrap = (socket) =>
    counting(socket, (more) => {
      bytes += more;
    });
  return () => {
    const since = bytes;
    bytes = 0;
    return since;
  };
}

/** A connection that tells how many bytes are written to it. */
export function counting(stream: Duplex, onBytes: (bytes: number) => void): Duplex {
  const counted = new PassThrough();
  counted.on('data', (chunk: Buffer) => {
    onBytes(chunk.length);
  });
  counted.pipe(stream);
  return Duplex.from({ readable: stream, writable: counted });
}
