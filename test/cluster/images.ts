import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeBaseImages } from './baseImages.ts';
import { buildah } from './buildah.ts';
import { checkout, clusterCache, type ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

/** One image of the project, as `dev-images/images.json` lists it; paths are relative to the checkout. */
interface ImageSource {
  readonly image: string;
  readonly context: string;
  readonly dockerfile: string;
}

const pauseImage = 'localhost/podloop/pause:1';

/**
 * Builds the project's images from their Dockerfiles and imports them into the cluster's containerd: only those whose
 * Dockerfile or context changed.
 */
export async function importImages(
  place: ClusterPlace,
  programs: ProgramFolders,
  report: (line: string) => void,
): Promise<void> {
  await makeBaseImages(report);
  const list = JSON.parse(readFileSync(path.join(checkout, 'dev-images/images.json'), 'utf8')) as ImageSource[];
  const containerd = new Containerd(place, programs);
  containerd.bring(pauseImage, pauseArchive(report), report);
  for (const source of list) {
    if (!existsSync(path.join(checkout, source.context))) {
      throw new Error(`Image ${source.image} needs ${source.context}, which is not there; run npm run build first.`);
    }
    containerd.bring(source.image, builtArchive(source, report), report);
  }
}

/** The images that one cluster has, by the archives that they came from. */
class Containerd {
  readonly #place: ClusterPlace;
  readonly #ctr: (...args: readonly string[]) => string;

  constructor(place: ClusterPlace, programs: ProgramFolders) {
    this.#place = place;
    // The socket is in the node's own mount namespace; entering it needs the first process's number.
    const leader = JSON.parse(readFileSync(path.join(place.state, 'leader.json'), 'utf8')) as { pid: number };
    const node = readFileSync(`/proc/${leader.pid}/task/${leader.pid}/children`, 'utf8').trim().split(' ')[0] ?? '';
    const enter = ['-t', node, '-m', '-n', '-p', '--', `${programs.containerd}/ctr`, '-n', 'k8s.io'];
    this.#ctr = (...args) =>
      execFileSync('nsenter', [...enter, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  bring(image: string, archive: string, report: (line: string) => void): void {
    // A label ties the image to the archive, so that containerd itself says what it has.
    const label = path.basename(archive, '.tar');
    if (this.#ctr('images', 'ls', '-q', `name=="${image}",labels."podloop.archive"=="${label}"`).trim() === image)
      return;
    const started = performance.now();
    this.#ctr('images', 'import', archive);
    this.#ctr('images', 'label', image, `podloop.archive=${label}`, 'io.cri-containerd.image=managed');
    report(
      `image ${image}: imported in ${((performance.now() - started) / 1000).toFixed(1)} s into ${path.basename(this.#place.state)}`,
    );
  }
}

function pauseArchive(report: (line: string) => void): string {
  const source = path.join(import.meta.dirname, 'baseImages/pause/pause.c');
  return archive(pauseImage, createHash('sha256').update(readFileSync(source)), report, () => {
    const program = path.join(clusterCache, `pause-${process.pid}`);
    const compiled = spawnSync('gcc', ['-Os', '-static', '-s', '-o', program, source], { encoding: 'utf8' });
    if (compiled.status !== 0) throw new Error(`The pause program could not be compiled:\n${compiled.stderr}`);
    const container = buildah('from', 'scratch');
    buildah('copy', container, program, '/pause');
    buildah('config', '--entrypoint', '["/pause"]', container);
    buildah('commit', '--quiet', '--rm', container, pauseImage);
    rmSync(program);
  });
}

function builtArchive(source: ImageSource, report: (line: string) => void): string {
  const hash = createHash('sha256').update(readFileSync(path.join(import.meta.dirname, 'baseImages.ts')));
  hash.update(readFileSync(path.join(checkout, source.dockerfile)));
  const context = path.join(checkout, source.context);
  for (const file of globSync('**/*', { cwd: context }).sort()) {
    const full = path.join(context, file);
    if (!statSync(full).isFile()) continue;
    hash.update(`${file}\0${statSync(full).mode & 0o111}\0`).update(readFileSync(full));
  }
  return archive(source.image, hash, report, () => {
    const dockerfile = path.join(checkout, source.dockerfile);
    buildah('build', '--quiet', '--pull=never', '--layers', '--tag', source.image, '--file', dockerfile, context);
  });
}

/** The archive of an image whose sources have this hash: from the cache, or made by `build`. */
function archive(
  image: string,
  hash: ReturnType<typeof createHash>,
  report: (line: string) => void,
  build: () => void,
): string {
  const folder = path.join(clusterCache, 'images');
  mkdirSync(folder, { recursive: true });
  const name = image.replace(/^.*\//, '').replace(':', '-');
  const file = path.join(folder, `${name}-${hash.digest('hex').slice(0, 12)}.tar`);
  if (existsSync(file)) return file;
  const started = performance.now();
  report(`image ${image}: building …`);
  build();
  const partial = `${file}.partial-${process.pid}`;
  buildah('push', '--quiet', image, `docker-archive:${partial}:${image}`);
  for (const old of globSync(`${name}-*.tar`, { cwd: folder })) rmSync(path.join(folder, old));
  renameSync(partial, file);
  report(`image ${image}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return file;
}
