import { takeOneOf, takeOptional, takeState, writeBase, writeOneOf, writeOptional } from './fields.ts';
import { nackReasons, refusalReasons, type SessionFrame } from './frame.ts';
import type { FrameCodecs } from './frameCodec.ts';
import { maxIdBytes, maxTextBytes, protocolVersion } from './limits.ts';

const anyInteger = Number.MAX_SAFE_INTEGER;

/** Codecs of the frames that open a connection and keep it going. */
export const sessionCodecs: FrameCodecs<SessionFrame> = {
  hello: {
    tag: 1,
    write(out, frame) {
      out.integer(frame.protocolVersion);
      out.text(frame.productVersion);
      out.text(frame.workspaceId);
      out.text(frame.sessionId);
    },
    take(input) {
      const version = input.integer(anyInteger);
      const productVersion = input.text(maxIdBytes);
      if (version !== protocolVersion) {
        input.rest();
        return { kind: 'hello', protocolVersion: version, productVersion, workspaceId: '', sessionId: '' };
      }
      const workspaceId = input.text(maxIdBytes);
      return {
        kind: 'hello',
        protocolVersion: version,
        productVersion,
        workspaceId,
        sessionId: input.text(maxIdBytes),
      };
    },
  },
  welcome: {
    tag: 2,
    write(out, frame) {
      out.integer(frame.protocolVersion);
      out.text(frame.productVersion);
      out.text(frame.volumeId);
      out.text(frame.bootId);
      out.integer(frame.credit);
    },
    take: (input) => ({
      kind: 'welcome',
      protocolVersion: input.integer(anyInteger),
      productVersion: input.text(maxIdBytes),
      volumeId: input.text(maxIdBytes),
      bootId: input.text(maxIdBytes),
      credit: input.integer(anyInteger),
    }),
  },
  refused: {
    tag: 3,
    write(out, frame) {
      out.integer(frame.protocolVersion);
      out.text(frame.productVersion);
      writeOneOf(out, refusalReasons, frame.reason);
      out.text(frame.message);
    },
    take: (input) => ({
      kind: 'refused',
      protocolVersion: input.integer(anyInteger),
      productVersion: input.text(maxIdBytes),
      reason: takeOneOf(input, refusalReasons),
      message: input.text(maxTextBytes),
    }),
  },
  ping: {
    tag: 4,
    write: (out, frame) => out.integer(frame.id),
    take: (input) => ({ kind: 'ping', id: input.integer(anyInteger) }),
  },
  pong: {
    tag: 5,
    write: (out, frame) => out.integer(frame.id),
    take: (input) => ({ kind: 'pong', id: input.integer(anyInteger) }),
  },
  credit: {
    tag: 6,
    write(out, frame) {
      out.integer(frame.bytes);
      out.integer(frame.copied);
    },
    take: (input) => ({ kind: 'credit', bytes: input.integer(anyInteger), copied: input.integer(anyInteger) }),
  },
  ack: {
    tag: 7,
    write: (out, frame) => out.integer(frame.sequence),
    take: (input) => ({ kind: 'ack', sequence: input.integer(anyInteger) }),
  },
  nack: {
    tag: 8,
    write(out, frame) {
      out.integer(frame.sequence);
      writeOneOf(out, nackReasons, frame.reason);
      writeOptional(out, frame.current, (current) => writeBase(out, current));
      out.text(frame.message);
    },
    take: (input) => ({
      kind: 'nack',
      sequence: input.integer(anyInteger),
      reason: takeOneOf(input, nackReasons),
      current: takeOptional(input, () => takeState(input)),
      message: input.text(maxTextBytes),
    }),
  },
  flush: {
    tag: 9,
    write: (out, frame) => out.integer(frame.id),
    take: (input) => ({ kind: 'flush', id: input.integer(anyInteger) }),
  },
  flushed: {
    tag: 10,
    write: (out, frame) => out.integer(frame.id),
    take: (input) => ({ kind: 'flushed', id: input.integer(anyInteger) }),
  },
};
