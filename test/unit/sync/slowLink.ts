import { Duplex } from 'node:stream';

/** Bytes that a link of 10 Mbit/s carries in a step. */
const stepBytes = 12_500;
const stepMs = 10;

/** A connection that carries 10 Mbit/s from the client, and tells how much it has carried. */
export function slowLink(socket: Duplex, onCarried: (bytes: number) => void): Duplex {
  const waiting: { bytes: Buffer; readonly done: () => void }[] = [];
  const timer = setInterval(() => {
    for (let left = stepBytes; left > 0;) {
      const [first] = waiting;
      if (first === undefined) return;
      const part = first.bytes.subarray(0, left);
      socket.write(part);
      onCarried(part.length);
      left -= part.length;
      first.bytes = first.bytes.subarray(part.length);
      if (first.bytes.length > 0) return;
      waiting.shift();
      first.done();
    }
  }, stepMs);
  const slow = new Duplex({
    read() {
      socket.resume();
    },
    write(bytes: Buffer, _encoding, done) {
      waiting.push({ bytes, done });
    },
    destroy(error, done) {
      clearInterval(timer);
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!slow.push(chunk)) socket.pause();
  });
  socket.on('close', () => slow.destroy());
  return slow;
}
