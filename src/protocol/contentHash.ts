declare const brand: unique symbol;

/** SHA-256 of a file's content as 64 lower-case hexadecimal digits. */
export type ContentHash = string & { readonly [brand]: 'ContentHash' };

/** Bytes of a hash on the wire. */
export const hashBytes = 32;

const pattern = /^[0-9a-f]{64}$/;
const digits = '0123456789abcdef';
/** The codes of the two digits of a byte, one behind the other. */
const digitCodes = Uint8Array.from({ length: 512 }, (_, index) => {
  const byte = index >> 1;
  return digits.charCodeAt(index % 2 === 0 ? byte >> 4 : byte & 15);
});

/** Whether a text is 64 lower-case hexadecimal digits. */
export function isContentHash(text: string): text is ContentHash {
  return pattern.test(text);
}

/** Reads a hash from text; throws a plain `Error` when it is not 64 lower-case hexadecimal digits. */
export function contentHash(text: string): ContentHash {
  if (!isContentHash(text)) throw new Error(`Not a SHA-256 hash: ${text.slice(0, 80)}`);
  return text;
}

/** The hash whose 32 bytes are given. */
export function hashFromBytes(bytes: Uint8Array): ContentHash {
  if (bytes.length !== hashBytes) throw new Error(`Not a SHA-256 hash: ${bytes.length} bytes`);
  const codes: number[] = [];
  for (let index = 0; index < hashBytes; index++) {
    const at = 2 * (bytes[index] ?? 0);
    codes.push(digitCodes[at] ?? 0, digitCodes[at + 1] ?? 0);
  }
  // Made of sixteen kinds of digits, it needs no further look.
  return String.fromCharCode(...codes) as ContentHash;
}

/** The 32 bytes of a hash. */
export function hashToBytes(hash: ContentHash): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hashBytes);
  for (let index = 0; index < hashBytes; index++) {
    bytes[index] = (digitValue(hash, 2 * index) << 4) | digitValue(hash, 2 * index + 1);
  }
  return bytes;
}

function digitValue(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 0x40 ? code - 0x30 : code - 0x57;
}
