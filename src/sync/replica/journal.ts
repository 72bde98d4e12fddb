import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { ByteReader, MalformedBytes } from '../../protocol/byteReader.ts';
import { ByteWriter } from '../../protocol/byteWriter.ts';
import { isMissing } from './diskError.ts';

/** How the records of a journal become bytes. `take` throws `MalformedBytes`. */
export interface RecordCodec<T> {
  write(out: ByteWriter, record: T): void;
  take(input: ByteReader): T;
}

const magic = new TextEncoder().encode('podloop journal 1\n');
const maxRecordBytes = 64 * 1024;
/** A journal shorter than this, in bytes, is never worth rewriting. */
const smallJournal = 256 * 1024;

/**
 * An append-only file of checksummed records. A record that was appended survives the death of the process; of a
 * damaged or half-written tail nothing is believed, and it is cut off.
 */
export class Journal<T> {
  readonly #file: string;
  readonly #codec: RecordCodec<T>;
  #descriptor: number;
  #bytes: number;

  private constructor(file: string, codec: RecordCodec<T>, descriptor: number, bytes: number) {
    this.#file = file;
    this.#codec = codec;
    this.#descriptor = descriptor;
    this.#bytes = bytes;
  }

  /** Opens or makes a journal and hands over the records that are in it, oldest first. Throws the disk's error. */
  static open<T>(file: string, codec: RecordCodec<T>, each: (record: T) => void): Journal<T> {
    const found = readIfThere(file);
    const good = found === undefined ? 0 : readRecords(found, codec, each);
    const descriptor = openSync(file, 'a');
    if (found !== undefined && good < found.length) ftruncateSync(descriptor, good);
    const journal = new Journal(file, codec, descriptor, good);
    if (good === 0) journal.#write(magic);
    return journal;
  }

  /** Appends records in one write. Throws the disk's error; then none of them may be relied on. */
  append(records: Iterable<T>): void {
    const bytes = encodeRecords(records, this.#codec);
    if (bytes.length > 0) this.#write(bytes);
  }

  /** Whether a journal that only held `live` bytes would be much shorter. */
  isWasteful(liveRecords: number, averageBytes = 160): boolean {
    return this.#bytes > Math.max(smallJournal, 3 * liveRecords * averageBytes);
  }

  /** Replaces the content by these records, atomically. */
  rewrite(records: Iterable<T>): void {
    const fresh = `${this.#file}.new`;
    const descriptor = openSync(fresh, 'w');
    try {
      writeAll(descriptor, magic);
      const bytes = encodeRecords(records, this.#codec);
      writeAll(descriptor, bytes);
      renameSync(fresh, this.#file);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
      this.#bytes = magic.length + bytes.length;
    } catch (error) {
      closeSync(descriptor);
      rmSync(fresh, { force: true });
      throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(bytes: Uint8Array): void {
    try {
      writeAll(this.#descriptor, bytes);
      this.#bytes += bytes.length;
    } catch (error) {
      // Half a record would hide all later ones.
      ftruncateSync(this.#descriptor, this.#bytes);
      throw error;
    }
  }
}

function encodeRecords<T>(records: Iterable<T>, codec: RecordCodec<T>): Uint8Array {
  const out = new ByteWriter(512);
  const body = new ByteWriter();
  for (const record of records) {
    body.clear();
    codec.write(body, record);
    const bytes = body.finish();
    out.block(bytes);
    out.uint32(crc32(bytes));
  }
  return out.finish();
}

/** Hands over the good records and gives the length of the good part. */
function readRecords<T>(bytes: Uint8Array, codec: RecordCodec<T>, each: (record: T) => void): number {
  if (!magic.every((byte, index) => bytes[index] === byte)) return 0;
  const input = new ByteReader(bytes.subarray(magic.length));
  let good = magic.length;
  try {
    while (input.remaining > 0) {
      const body = input.block(maxRecordBytes);
      if (input.uint32() !== crc32(body)) break;
      const fields = new ByteReader(body);
      const record = codec.take(fields);
      fields.end();
      each(record);
      good = bytes.length - input.remaining;
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  return good;
}

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
}
