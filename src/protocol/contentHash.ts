declare const brand: unique symbol;

/** SHA-256 of a file's content as 64 lower-case hexadecimal digits. */
export type ContentHash = string & { readonly [brand]: 'ContentHash' };

/** Bytes of a hash on the wire. */
export const hashBytes = 32;

const pattern = /^[0-9a-f]{64}$/;
const digits = '0123456789abcdef';
const byteTexts = Array.from({ length: 256 }, (_, byte) => digits.charAt(byte >> 4) + digits.charAt(byte & 15));

/** Reads a hash from text; throws a plain `Error` when it is not 64 lower-case hexadecimal digits. */
export function contentHash(text: string): ContentHash {
  if (!pattern.test(text)) throw new Error(`Not a SHA-256 hash: ${text.slice(0, 80)}`);
  return text as ContentHash;
}

/** The hash whose 32 bytes are given. */
export function hashFromBytes(bytes: Uint8Array): ContentHash {
  let text = '';
  for (const byte of bytes) text += byteTexts[byte] ?? '';
  return contentHash(text);
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
