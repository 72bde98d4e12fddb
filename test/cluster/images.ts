import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pauseImage } from './baseImages.ts';
import { BuildRoom } from './buildRoom.ts';
import { ContainerdImages } from './containerdImages.ts';
import { type ImageSource, imageSources } from './imageSources.ts';
import { forgetOldVersions, storedImage, type StoredImage, storeImage } from './imageStore.ts';
import { clusterCache, type ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

/**
 * Builds the project's images and imports them into a cluster: only those whose Dockerfile, context or base changed.
 * `names` chooses among them; the pause image, which every pod needs, always comes along.
 */
export async function importImages(
  place: ClusterPlace,
  programs: ProgramFolders,
  report: (line: string) => void,
  names?: readonly string[],
): Promise<void> {
  const wanted = imageSources(
    (image, onlyByName) => image === pauseImage || (names === undefined ? !onlyByName : names.includes(image)),
  );
  const containerd = new ContainerdImages(place, programs);
  const imported = await containerd.keys();
  const outdated = wanted.filter(({ image, key }) => imported.get(image) !== key);
  if (outdated.length === 0) return;
  await using builder = new ImageBuilder(report);
  for (const source of outdated) {
    const stored = await builder.built(source);
    const started = performance.now();
    await containerd.bring(stored, source.key);
    report(`image ${source.image}: imported in ${secondsSince(started)} s`);
  }
}

/** Builds images that the store does not have; enters the build room only when there is one. */
class ImageBuilder implements AsyncDisposable {
  readonly #report: (line: string) => void;
  #room: Promise<BuildRoom> | undefined;

  constructor(report: (line: string) => void) {
    this.#report = report;
  }

  async built(source: ImageSource): Promise<StoredImage> {
    const stored = storedImage(source.key);
    if (stored !== undefined) return stored;
    this.#room ??= BuildRoom.enter();
    const room = await this.#room;
    // Whoever was in the room before may have built it.
    return storedImage(source.key) ?? (await this.#build(room, source));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const room = await this.#room;
    await room?.[Symbol.asyncDispose]();
  }

  async #build(room: BuildRoom, source: ImageSource): Promise<StoredImage> {
    const started = performance.now();
    this.#report(`image ${source.image}: building …`);
    await this.#buildInRoom(room, source);
    const stored = await storeImage(source.image, source.key, async (archive) => {
      await room.buildah(['push', '--quiet', source.image, `docker-archive:${archive}:${source.image}`]);
    });
    for (const key of forgetOldVersions(source.image)) {
      await room.buildah(['rmi', '--force', builtName(key)]).catch(() => 'it was not in this store');
    }
    this.#report(`image ${source.image}: built in ${secondsSince(started)} s`);
    return stored;
  }

  /** Builds the image, and before it the one that it starts from, unless buildah's store has them. */
  async #buildInRoom(room: BuildRoom, source: ImageSource): Promise<void> {
    // Checkouts with other versions of a base image share the store, so that its own name says too little.
    const keyed = builtName(source.key);
    const isThere = await room.buildah(['tag', keyed, source.image]).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    if (source.base !== undefined) await this.#buildInRoom(room, source.base);
    await this.#buildDockerfile(room, source);
    await room.buildah(['tag', source.image, keyed]);
  }

  async #buildDockerfile(room: BuildRoom, { image, dockerfile, context }: ImageSource): Promise<void> {
    if (typeof context === 'string') {
      await room.build(image, dockerfile, context, this.#report);
      return;
    }
    mkdirSync(clusterCache, { recursive: true });
    const prepared = mkdtempSync(path.join(clusterCache, 'context-'));
    try {
      this.#report(`  getting what ${image} is made of`);
      await context.prepare(prepared);
      await room.build(image, dockerfile, prepared, this.#report);
    } finally {
      rmSync(prepared, { recursive: true, force: true });
    }
  }
}

/** The name that says which version of an image of buildah's store is meant. */
function builtName(key: string): string {
  return `localhost/podloop/built:${key}`;
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
