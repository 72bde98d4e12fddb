import type { Frame } from '../../protocol/frame.ts';

const kinds = ['ack', 'nack', 'credit', 'halt', 'partials', 'digests', 'listing', 'offer', 'flushed', 'pong'] as const;

/** What a sidecar says to the pushing side. */
export type AnswerFrame = Extract<Frame, { kind: (typeof kinds)[number] }>;

export function isAnswer(frame: Frame): frame is AnswerFrame {
  return kinds.some((kind) => kind === frame.kind);
}
