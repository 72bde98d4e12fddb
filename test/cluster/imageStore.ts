import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { clusterCache } from './place.ts';
import { runProgram } from './runProgram.ts';

/** A piece of an image, named by its content. */
export interface Blob {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly size: number;
}

/** An image as the store keeps it: its name and what an OCI manifest says. */
export interface StoredImage {
  readonly image: string;
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

const store = path.join(clusterCache, 'images');
const blobs = path.join(store, 'blobs');
const keptPerImage = 3;

/** File of a blob of the store. */
export function blobFile(digest: string): string {
  return path.join(blobs, digest.replace('sha256:', ''));
}

/** The image of this key, if it was built before. */
export function storedImage(key: string): StoredImage | undefined {
  const file = path.join(store, `${key}.json`);
  if (!existsSync(file)) return undefined;
  const stored = JSON.parse(readFileSync(file, 'utf8')) as StoredImage;
  if (![stored.config, ...stored.layers].every(({ digest }) => existsSync(blobFile(digest)))) return undefined;
  const now = new Date();
  utimesSync(file, now, now);
  return stored;
}

/**
 * Stores the image of a docker archive, which `write` makes at the path it is given. Layers that other images brought
 * are kept once.
 */
export async function storeImage(
  image: string,
  key: string,
  write: (archive: string) => Promise<void>,
): Promise<StoredImage> {
  const room = path.join(store, `partial-${randomUUID()}`);
  for (const folder of [blobs, room]) mkdirSync(folder, { recursive: true });
  try {
    const archive = path.join(room, 'archive.tar');
    await write(archive);
    const stored = await takeApart(image, archive, room);
    const partial = path.join(room, 'image.json');
    writeFileSync(partial, JSON.stringify(stored));
    renameSync(partial, path.join(store, `${key}.json`));
    return stored;
  } finally {
    rmSync(room, { recursive: true });
  }
}

/** Forgets all but the last used versions of an image, with the layers that nobody else has; gives their keys. */
export function forgetOldVersions(image: string): string[] {
  const images = readdirSync(store)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const file = path.join(store, name);
      const stored = JSON.parse(readFileSync(file, 'utf8')) as StoredImage;
      return { key: path.basename(name, '.json'), file, stored, used: statSync(file).mtimeMs };
    })
    .sort((a, b) => b.used - a.used);
  const old = images.filter(({ stored }) => stored.image === image).slice(keptPerImage);
  for (const { file } of old) rmSync(file);
  const kept = images
    .filter((entry) => !old.includes(entry))
    .flatMap(({ stored }) => [stored.config, ...stored.layers]);
  const needed = new Set(kept.map(({ digest }) => path.basename(blobFile(digest))));
  for (const name of readdirSync(blobs)) if (!needed.has(name)) rmSync(path.join(blobs, name));
  return old.map(({ key }) => key);
}

/** A docker archive names its files by the hashes of what is in them, and lists them in `manifest.json`. */
async function takeApart(image: string, archive: string, room: string): Promise<StoredImage> {
  const text = await runProgram('tar', ['-xOf', archive, 'manifest.json']);
  const [manifest] = JSON.parse(text) as { Config: string; Layers: readonly string[] }[];
  if (manifest === undefined) throw new Error(`The archive of ${image} has no manifest.`);
  const digestOf = (file: string): string => `sha256:${path.basename(file, path.extname(file))}`;
  const wanted = [...new Set([manifest.Config, ...manifest.Layers])].filter(
    (file) => !existsSync(blobFile(digestOf(file))),
  );
  if (wanted.length > 0) await runProgram('tar', ['-xf', archive, '-C', room, '--no-same-owner', ...wanted]);
  for (const file of wanted) renameSync(path.join(room, file), blobFile(digestOf(file)));
  const blob = (file: string, mediaType: string): Blob => {
    const digest = digestOf(file);
    return { mediaType, digest, size: statSync(blobFile(digest)).size };
  };
  return {
    image,
    config: blob(manifest.Config, 'application/vnd.oci.image.config.v1+json'),
    layers: manifest.Layers.map((file) => blob(file, 'application/vnd.oci.image.layer.v1.tar')),
  };
}
