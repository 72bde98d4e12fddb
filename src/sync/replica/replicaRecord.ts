import type { SyncPath } from '../../base/paths.ts';
import type { ByteReader } from '../../protocol/byteReader.ts';
import { MalformedBytes } from '../../protocol/byteReader.ts';
import type { ByteWriter } from '../../protocol/byteWriter.ts';
import { takeHash, takePath, takeState, writeBase, writeHash, writePath } from '../../protocol/fields.ts';
import { maxFileBytes, maxIdBytes } from '../../protocol/limits.ts';
import type { PathState } from '../../protocol/pathState.ts';
import type { HashedFile } from '../core/fingerprint.ts';
import type { RecordCodec } from './journal.ts';

/** One line of a replica's journal. */
export type ReplicaRecord =
  /** The file was found to have this hash; without one, nothing is known any more. */
  | { readonly kind: 'hash'; readonly path: SyncPath; readonly file: HashedFile | undefined }
  /** A workspace is about to put this state there; `absent` when the path is forgotten. */
  | { readonly kind: 'put'; readonly path: SyncPath; readonly owner: string; readonly state: PathState };

const tags = { hash: 1, noHash: 2, put: 3 } as const;

/** Layout of a replica's journal. */
export const replicaRecordCodec: RecordCodec<ReplicaRecord> = {
  write(out, record) {
    if (record.kind === 'put') {
      out.byte(tags.put);
      writePath(out, record.path);
      out.text(record.owner);
      writeBase(out, record.state);
      return;
    }
    out.byte(record.file === undefined ? tags.noHash : tags.hash);
    writePath(out, record.path);
    if (record.file !== undefined) writeHashed(out, record.file);
  },
  take(input) {
    const tag = input.byte();
    const path = takePath(input);
    switch (tag) {
      case tags.hash:
        return { kind: 'hash', path, file: takeHashed(input) };
      case tags.noHash:
        return { kind: 'hash', path, file: undefined };
      case tags.put:
        return { kind: 'put', path, owner: input.text(maxIdBytes), state: takeState(input) };
      default:
        throw new MalformedBytes(`has record ${tag}`);
    }
  },
};

function writeHashed(out: ByteWriter, file: HashedFile): void {
  const { fingerprint } = file;
  writeHash(out, file.hash);
  out.integer(fingerprint.size);
  for (const value of [fingerprint.mtimeNs, fingerprint.ctimeNs, fingerprint.inode]) writeBig(out, value);
  out.integer(Math.max(0, Math.floor(file.hashedAt)));
}

function takeHashed(input: ByteReader): HashedFile {
  const hash = takeHash(input);
  const size = input.integer(maxFileBytes);
  const fingerprint = { size, mtimeNs: takeBig(input), ctimeNs: takeBig(input), inode: takeBig(input) };
  return { hash, fingerprint, hashedAt: input.integer(Number.MAX_SAFE_INTEGER) };
}

/** Any signed 64-bit value. */
function writeBig(out: ByteWriter, value: bigint): void {
  const unsigned = BigInt.asUintN(64, value);
  out.uint32(Number(unsigned & 0xffffffffn));
  out.uint32(Number(unsigned >> 32n));
}

function takeBig(input: ByteReader): bigint {
  const low = BigInt(input.uint32());
  return BigInt.asIntN(64, (BigInt(input.uint32()) << 32n) | low);
}
