import ignore from 'ignore';
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { type BaseImage, baseImages } from './baseImages.ts';
import { checkout } from './place.ts';

/** An image and all that its content depends on. */
export interface ImageSource {
  readonly image: string;
  /** Absolute path of its Dockerfile. */
  readonly dockerfile: string;
  /** Absolute path of the folder that the Dockerfile copies from; a base image prepares one for itself. */
  readonly context: string | BaseImage;
  /** The image that it starts from, where that is made here. */
  readonly base: ImageSource | undefined;
  /** Hash of Dockerfile, context and base: the same key, the same image. */
  readonly key: string;
}

/**
 * The base images and those that `dev-images/images.json` lists, each after the one that it starts from; only those that
 * `isWanted`, since the context of another may not be there.
 */
export function imageSources(isWanted: (image: string, onlyByName: boolean) => boolean): ImageSource[] {
  const bases: ImageSource[] = [];
  for (const base of baseImages) bases.push(baseSource(base, bases));
  const listed = readList().filter(({ image, onlyByName = false }) => isWanted(image, onlyByName));
  return [...bases.filter(({ image }) => isWanted(image, false)), ...listed.map((one) => listedSource(one, bases))];
}

interface ListedImage {
  readonly image: string;
  readonly context: string;
  readonly dockerfile: string;
  /** Whether it is left out unless somebody names it. */
  readonly onlyByName?: boolean;
}

function readList(): readonly ListedImage[] {
  return JSON.parse(readFileSync(path.join(checkout, 'dev-images/images.json'), 'utf8')) as ListedImage[];
}

function baseSource(base: BaseImage, known: readonly ImageSource[]): ImageSource {
  const dockerfile = path.join(base.folder, 'Dockerfile');
  const start = startOf(dockerfile, known);
  // Besides the folder, the content depends on how the context is prepared.
  const recipe = readFileSync(path.join(import.meta.dirname, 'baseImages.ts'));
  const hash = createHash('sha256').update(`${start?.key}\0${process.arch}\0`).update(recipe);
  addFolder(hash, base.folder);
  return { image: base.image, dockerfile, context: base, base: start, key: keyOf(hash) };
}

function listedSource(listed: ListedImage, known: readonly ImageSource[]): ImageSource {
  const dockerfile = path.join(checkout, listed.dockerfile);
  const context = path.join(checkout, listed.context);
  if (!existsSync(context)) {
    throw new Error(`Image ${listed.image} needs ${listed.context}, which is not there; run npm run build first.`);
  }
  const base = startOf(dockerfile, known);
  const hash = createHash('sha256').update(`${base?.key}\0`).update(readFileSync(dockerfile));
  addFolder(hash, context);
  return { image: listed.image, dockerfile, context, base, key: keyOf(hash) };
}

function startOf(dockerfile: string, known: readonly ImageSource[]): ImageSource | undefined {
  const from = /^FROM\s+(\S+)/im.exec(readFileSync(dockerfile, 'utf8'))?.[1];
  if (from === undefined) throw new Error(`${dockerfile} has no FROM line.`);
  if (from === 'scratch') return undefined;
  const names = [from, `docker.io/${from}`, `docker.io/library/${from}`];
  const found = known.find(({ image }) => names.includes(image));
  if (found !== undefined) return found;
  throw new Error(`${dockerfile} starts from ${from}; known are ${known.map(({ image }) => image).join(', ')}.`);
}

function keyOf(hash: Hash): string {
  return hash.digest('hex').slice(0, 16);
}

/** Adds names, executable bits and contents of all that a build could copy out of a folder. */
function addFolder(hash: Hash, folder: string): void {
  const rules = path.join(folder, '.dockerignore');
  const ignored = ignore().add(existsSync(rules) ? readFileSync(rules, 'utf8') : '');
  const visit = (relative: string): void => {
    const entries = readdirSync(path.join(folder, relative), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = path.posix.join(relative, entry.name);
      if (ignored.ignores(name)) continue;
      const full = path.join(folder, name);
      if (entry.isDirectory()) visit(name);
      else if (entry.isSymbolicLink()) hash.update(`${name}\0link\0${readlinkSync(full)}\0`);
      else hash.update(`${name}\0${statSync(full).mode & 0o111}\0`).update(readFileSync(full));
    }
  };
  visit('');
}
