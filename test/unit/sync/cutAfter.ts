import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A connection that breaks after so many bytes in either direction together, in the middle of whatever that is. */
export function cutAfter(socket: Socket, bytes: number): Duplex {
  let left = bytes;
  const take = (chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    return part;
  };
  const cut = new Duplex({
    read() {
      socket.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      const part = take(chunk);
      socket.write(part, () => {
        if (part.length < chunk.length || left === 0) cut.destroy();
        done();
      });
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    const part = take(chunk);
    if (!cut.push(part)) socket.pause();
    if (left === 0) cut.destroy();
  });
  socket.on('close', () => cut.destroy());
  socket.on('error', (error) => cut.destroy(error));
  return cut;
}
