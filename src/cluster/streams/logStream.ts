import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { abortReason } from '../../base/errors.ts';
import { type ContainerPlace, logLost } from '../core/podStreamErrors.ts';

/**
 * The bytes of a container's log out of an answer of the API server, with back-pressure; destroying it ends both.
 * `life` is the signal that ends the answer.
 */
export function logStream(place: ContainerPlace, answer: IncomingMessage, life: AbortSignal): Readable {
  const log = new Readable({
    read: () => void answer.resume(),
    destroy: (error, done) => {
      answer.destroy();
      done(error);
    },
  });
  // Without a listener a broken connection would end the whole program; readers still learn of it.
  log.on('error', () => undefined);
  answer.on('data', (chunk: Buffer) => {
    if (!log.push(chunk)) answer.pause();
  });
  answer.on('end', () => log.push(null));
  answer.on('error', (error) => log.destroy(life.aborted ? abortReason(life) : logLost(place, error)));
  return log;
}
