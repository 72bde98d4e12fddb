import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { type Blob, blobFile, type StoredImage } from './imageStore.ts';
import { enterNode, runInNode } from './leader.ts';
import type { ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

/** An image of the cluster carries the key of what it was built from. */
const keyLabel = 'podloop.key';

/** The images in the containerd of one cluster. */
export class ContainerdImages {
  readonly #place: ClusterPlace;
  readonly #ctr: readonly string[];

  constructor(place: ClusterPlace, programs: ProgramFolders) {
    this.#place = place;
    this.#ctr = [`${programs.containerd ?? ''}/ctr`, '-n', 'k8s.io'];
  }

  /** The key of each image that was imported, by its name. */
  async keys(): Promise<ReadonlyMap<string, string>> {
    const table = await runInNode(this.#place, [...this.#ctr, 'images', 'ls']);
    const keys = new Map<string, string>();
    for (const line of table.split('\n').slice(1)) {
      const key = new RegExp(`${keyLabel}=([0-9a-f]+)`).exec(line)?.[1];
      const [name = ''] = line.split(/\s/, 1);
      if (key !== undefined) keys.set(name, key);
    }
    return keys;
  }

  /** Imports an image under its name; only the layers that no other image brought before are carried over. */
  async bring(stored: StoredImage, key: string): Promise<void> {
    const there = await runInNode(this.#place, [...this.#ctr, 'content', 'ls', '-q']);
    const known = new Set(there.split('\n').map((line) => line.trim()));
    const command = enterNode(this.#place, [...this.#ctr, 'images', 'import', '-']);
    const importing = spawn('nsenter', command, { stdio: ['pipe', 'ignore', 'pipe'] });
    const ended = exitOf(importing);
    const archive = pack();
    await Promise.all([
      writeArchive(archive, stored, known),
      // What ctr did not read it does not want; whether it failed is told by its exit code.
      pipeline(archive, importing.stdin).catch(() => undefined),
      ended,
    ]);
    const labels = [`${keyLabel}=${key}`, 'io.cri-containerd.image=managed'];
    await runInNode(this.#place, [...this.#ctr, 'images', 'label', stored.image, ...labels]);
  }
}

/** Writes an OCI image layout without the blobs that the receiver knows. */
async function writeArchive(archive: Pack, stored: StoredImage, known: ReadonlySet<string>): Promise<void> {
  const { image, config, layers } = stored;
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers }));
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const annotations = { 'io.containerd.image.name': image };
  const entry = { mediaType: manifestType, digest, size: manifest.length, annotations };
  archive.entry({ name: 'oci-layout' }, JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  archive.entry({ name: 'index.json' }, JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  archive.entry({ name: pathOf(digest) }, manifest);
  const missing = new Map(
    [config, ...layers].filter((blob) => !known.has(blob.digest)).map((blob) => [blob.digest, blob]),
  );
  for (const blob of missing.values()) await writeBlob(archive, blob);
  archive.finalize();
}

async function writeBlob(archive: Pack, { digest, size }: Blob): Promise<void> {
  await pipeline(createReadStream(blobFile(digest)), archive.entry({ name: pathOf(digest), size }));
}

function pathOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function exitOf(child: ChildProcess): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`containerd did not take the image:\n${complaint.trim()}`));
    });
  });
}
