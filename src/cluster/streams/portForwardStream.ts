import { Duplex } from 'node:stream';
import type { Disposable } from '../../base/disposable.ts';
import { UserError } from '../../base/errors.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { portFailure, portLost, type PortPlace } from '../core/podStreamErrors.ts';
import type { PodConnection, PodConnectionEvents } from './podConnection.ts';

/** Subprotocols for forwarded ports. */
export const portForwardProtocols = ['v4.channel.k8s.io'] as const;

/** The server sends on it and ignores what comes. */
export const portForwardIgnoredChannel = 1;

const channels = { data: 0, error: 1 } as const;

/**
 * The bytes of one forwarded connection; `connect` gets the listener for what comes. The protocol cannot tell the pod
 * that no more input comes: after `end` the connection stays for the answer and is closed when the pod falls silent.
 */
export function portForwardStream(
  place: PortPlace,
  scheduler: Scheduler,
  connect: (events: PodConnectionEvents) => PodConnection,
): Duplex {
  // The first message of each channel repeats the port.
  const greeted = new Set<number>();
  let quiet: Disposable | undefined;
  const startQuiet = (): void => {
    quiet = scheduler.after(quietMilliseconds, () => stream.destroy(halfClosed(place)));
  };
  const stream = new Duplex({
    // When the pod has ended, nobody reads what is written.
    allowHalfOpen: false,
    read: () => connection.resume(),
    write: (chunk: Buffer, _encoding, done) => connection.send(channels.data, chunk, done),
    final: (done) => {
      startQuiet();
      done();
    },
    destroy: (error, done) => {
      quiet?.dispose();
      if (error === null) connection.close();
      else connection.dispose();
      done(error);
    },
  });
  // Without a listener a broken connection would end the whole program; readers still learn of it.
  stream.on('error', () => undefined);
  const connection = connect({
    message: (channel, payload) => {
      if (!greeted.has(channel)) greeted.add(channel);
      else if (channel === channels.error) stream.destroy(portFailure(place, payload.toString()));
      else if (channel === channels.data && payload.length > 0) {
        if (quiet !== undefined) {
          quiet.dispose();
          startQuiet();
        }
        if (!stream.push(payload)) connection.pause();
      }
    },
    closed: (error) => {
      if (error === undefined) stream.push(null);
      else stream.destroy(portLost(place, error));
    },
  });
  return stream;
}

const quietMilliseconds = 10_000;

function halfClosed({ namespace, pod, port }: PortPlace): UserError {
  return new UserError({
    code: 'cluster.timeout',
    message: `Port ${port} of Pod ${pod} in namespace ${namespace} gave no answer after the end of the request.`,
  });
}
