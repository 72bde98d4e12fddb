import type { Random } from './random.ts';

/** Text that compresses about as source code does: words of a vocabulary, numbers, lines of uneven length. */
export function sourceText(random: Random, bytes: number): Buffer {
  const text = Buffer.allocUnsafe(bytes);
  let at = 0;
  let line = 0;
  while (at < bytes) {
    const pick = random();
    const word = words[pick % words.length] ?? '';
    at += text.write(word, at, 'latin1');
    line += word.length;
    if (at >= bytes) break;
    if ((pick & 0xf0000) === 0) at += text.write((random() % 100_000).toString(36), at, 'latin1');
    const end = line > 40 + (pick >>> 26);
    if (end) line = 0;
    at += text.write(end ? ';\n' : (separators[pick >>> 29] ?? ' '), at, 'latin1');
  }
  return text;
}

/** Bytes that cannot be compressed. */
export function noise(random: Random, bytes: number): Buffer {
  const words32 = new Uint32Array(Math.ceil(bytes / 4));
  for (let index = 0; index < words32.length; index += 1) words32[index] = random();
  return Buffer.from(words32.buffer, 0, bytes);
}

const separators = [' ', ' ', ' ', '.', '(', ', ', ' = ', ') '];
const words = vocabulary();

/** Keywords, and names made of syllables, the first ones shorter as in real code. */
function vocabulary(): string[] {
  const keywords = 'const let return if else for of await async function import from export class new this throw';
  const syllables = ['path', 'read', 'user', 'Item', 'Count', 'list', 'State', 'get', 'Value', 'index', 'on', 'Event'];
  const names = syllables.flatMap((first) => syllables.map((second) => first + second));
  const long = names.flatMap((name) => syllables.slice(0, 4).map((third) => name + third));
  return [...keywords.split(' '), ...syllables, ...names, ...long];
}
