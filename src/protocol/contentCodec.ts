import { type ByteReader, MalformedBytes } from './byteReader.ts';
import type { ByteWriter } from './byteWriter.ts';
import { takeInnerPath, takeOneOf, takeOptional, writeOneOf, writeOptional, writePath } from './fields.ts';
import type { Content, DeltaContent, DeltaStep } from './frame.ts';
import { maxDeltaSteps, maxInlineBytes } from './limits.ts';

const kinds = ['whole', 'delta'] as const;

/** Bytes that a frame needs for this content, roughly. */
export function contentCapacity(content: Content): number {
  if (content.kind === 'whole') return content.bytes.length;
  return content.steps.reduce((sum, { bytes }) => sum + bytes.length + 12, 0);
}

/** Bytes of the file that this content is, or becomes. */
export function contentSize(content: Content): number {
  if (content.kind === 'whole') return content.bytes.length;
  return content.steps.reduce((sum, { length, bytes }) => sum + length + bytes.length, 0);
}

export function writeContent(out: ByteWriter, content: Content): void {
  writeOneOf(out, kinds, content.kind);
  if (content.kind === 'whole') out.block(content.bytes);
  else writeDelta(out, content);
}

export function takeContent(input: ByteReader): Content {
  return takeOneOf(input, kinds) === 'whole' ? { kind: 'whole', bytes: input.block(maxInlineBytes) } : takeDelta(input);
}

function writeDelta(out: ByteWriter, { source, sourceSize, steps }: DeltaContent): void {
  writeOptional(out, source, (path) => writePath(out, path));
  out.integer(sourceSize);
  out.integer(steps.length);
  for (const { offset, length, bytes } of steps) {
    out.integer(offset);
    out.integer(length);
    out.block(bytes);
  }
}

/** Reads steps that copy nothing beyond their source and never make more than one frame may carry. */
function takeDelta(input: ByteReader): DeltaContent {
  const source = takeOptional(input, () => takeInnerPath(input));
  const sourceSize = input.integer(maxInlineBytes);
  const count = input.integer(maxDeltaSteps);
  const steps: DeltaStep[] = [];
  let size = 0;
  for (let index = 0; index < count; index++) {
    const offset = input.integer(sourceSize);
    const length = input.integer(sourceSize - offset);
    const bytes = input.block(maxInlineBytes);
    size += length + bytes.length;
    if (size > maxInlineBytes) throw new MalformedBytes(`makes more than ${maxInlineBytes} bytes`);
    steps.push({ offset, length, bytes });
  }
  return { kind: 'delta', source, sourceSize, steps };
}
