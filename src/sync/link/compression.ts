import zlib from 'node:zlib';
import type { PackEncoding } from '../../protocol/frame.ts';

/** A way to make bytes fewer. */
export type Compression = Exclude<PackEncoding, 'raw'>;

/** The best that this process can write: not every Node that VS Code runs on has zstd. A sidecar can read both. */
export const bestCompression: Compression = 'zstdCompressSync' in zlib ? 'zstd' : 'brotli';

/** Shorter than this, compression costs more time than it saves, in bytes. */
const worthCompressing = 1200;
/** Of longer bytes two samples of this length are tried first, unless what came before became fewer. */
const sampleBytes = 4 * 1024;
/** Compressed bytes have to be shorter by this factor. */
const worthFactor = 0.9;
/** After bytes that did not become fewer, at most so many are not even tried. */
const mostSkipped = 31;

/** Compresses what becomes much shorter by it, and soon stops trying where nothing does. */
export class Compressor {
  readonly #compression: Compression;
  #failures = 0;
  #skip = 0;
  #shrank = false;

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  get compression(): Compression {
    return this.#compression;
  }

  /** The compressed bytes, or `undefined` where they are better sent as they are. */
  compress(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length < worthCompressing) return undefined;
    if (this.#skip > 0) {
      this.#skip--;
      return undefined;
    }
    const compressed = this.#shrank || this.#samplesShrink(bytes) ? this.#compress(bytes) : bytes;
    this.#shrank = compressed.length < bytes.length * worthFactor;
    if (this.#shrank) {
      this.#failures = 0;
      return compressed;
    }
    this.#skip = Math.min(2 ** this.#failures++ - 1, mostSkipped);
    return undefined;
  }

  #samplesShrink(bytes: Uint8Array): boolean {
    if (bytes.length < 8 * sampleBytes) return true;
    return [1, 2].some((third) => {
      const start = Math.floor((bytes.length * third) / 3);
      return this.#compress(bytes.subarray(start, start + sampleBytes)).length < sampleBytes * worthFactor;
    });
  }

  #compress(bytes: Uint8Array): Uint8Array {
    return this.#compression === 'zstd' ? zlib.zstdCompressSync(bytes, zstdOptions) : brotli(bytes);
  }
}

/** The bytes before compression, at most `size`; throws when they cannot be had. */
export function decompress(bytes: Uint8Array, compression: Compression, size: number): Uint8Array {
  const maxOutputLength = Math.max(1, size);
  if (compression === 'brotli') return zlib.brotliDecompressSync(bytes, { maxOutputLength });
  return zlib.zstdDecompressSync(bytes, { maxOutputLength, params: { [constants.ZSTD_d_windowLogMax]: 20 } });
}

const { constants } = zlib;
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

function brotli(bytes: Uint8Array): Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 1,
    [constants.BROTLI_PARAM_LGWIN]: 18,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return zlib.brotliCompressSync(bytes, { params });
}
