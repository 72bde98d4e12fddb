import type { Content, Frame } from '../../src/protocol/frame.ts';
import { seal, unseal } from '../../src/sync/link/frames.ts';
import type { Random } from '../unit/sync/random.ts';
import type { Trace } from './trace.ts';

/** What arrives instead of a message: nothing, a part, other bytes, or sound frames with content that is not what they say. */
export function damage(from: 'client' | 'server', bytes: Buffer, random: Random, trace: Trace): readonly Buffer[] {
  const wrong = random.chance(0.7) ? wrongContent(bytes, random) : undefined;
  if (wrong !== undefined) {
    trace.note(`content from the ${from} is wrong`);
    return wrong;
  }
  trace.note(`a message from the ${from} is damaged`);
  const broken = Buffer.from(bytes);
  flip(broken, random);
  return random.pick([[broken], [bytes.subarray(0, random.below(bytes.length))], [bytes, bytes]]);
}

/** The same frames, one of them with other content; `undefined` when none has any. */
function wrongContent(bytes: Buffer, random: Random): readonly Buffer[] | undefined {
  const frames = unseal(bytes);
  if ('kind' in frames) return undefined;
  const index = frames.findIndex((frame) => contentOf(frame) !== undefined);
  if (index < 0) return undefined;
  return frames.map((frame, position) => {
    const own: Frame = structuredClone(frame);
    const content = position === index ? contentOf(own) : undefined;
    if (content !== undefined) flip(content, random);
    return Buffer.from(seal(own));
  });
}

/** Bytes of content in a frame. */
function contentOf(frame: Frame): Uint8Array | undefined {
  if (frame.kind === 'chunk') return frame.data;
  return frame.kind === 'put' ? bytesIn(frame.content) : undefined;
}

function bytesIn(content: Content): Uint8Array | undefined {
  const found = content.kind === 'whole' ? [content] : content.steps;
  return found.find(({ bytes }) => bytes.length > 0)?.bytes;
}

function flip(bytes: Uint8Array, random: Random): void {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255));
}
