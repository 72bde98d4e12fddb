/** Why bytes are not what they should be. Thrown by `ByteReader`, caught where a frame or a record is decoded. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes integers, bytes and text from a buffer that may hold anything; every failure is a `MalformedBytes`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw new MalformedBytes('ends early');
    this.#offset++;
    return value;
  }

  /** Unsigned LEB128 up to `max`, in its shortest form only. */
  integer(max: number): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && count > 0) throw new MalformedBytes('has an integer that is not in its shortest form');
        if (value > max) throw new MalformedBytes(`has ${value} where at most ${max} is allowed`);
        return value;
      }
      scale *= 0x80;
    }
    throw new MalformedBytes('has an integer that is too long');
  }

  uint32(): number {
    const bytes = this.raw(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }

  /** The next `count` bytes as a view. */
  raw(count: number): Uint8Array {
    if (count > this.remaining) throw new MalformedBytes('ends early');
    const start = this.#offset;
    this.#offset += count;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** A counted block of at most `max` bytes, as a view. */
  block(max: number): Uint8Array {
    return this.raw(this.integer(max));
  }

  /** Counted UTF-8 text of at most `max` bytes. */
  text(max: number): string {
    const bytes = this.block(max);
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw new MalformedBytes('has text that is not UTF-8', { cause: error });
    }
  }

  /** Everything that is left, as a view. */
  rest(): Uint8Array {
    return this.raw(this.remaining);
  }

  /** Refuses bytes after the end of what was read. */
  end(): void {
    if (this.remaining > 0) throw new MalformedBytes(`has ${this.remaining} bytes too many`);
  }
}
