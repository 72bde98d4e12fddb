import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from '../machine/installOnce.ts';
import { buildah } from './buildah.ts';
import { clusterCache } from './place.ts';

/**
 * Stand-ins for the official base images that the project's Dockerfiles start from, made from Debian's and npm's
 * packages, because this machine may reach those and no image registry. Elsewhere Docker pulls the official ones.
 */
export const baseImages = {
  debian: 'docker.io/library/debian:trixie-slim',
  node: 'docker.io/library/node:24-trixie-slim',
  python: 'docker.io/library/python:3.13-slim-trixie',
} as const;

const nodePackage = `node-linux-${process.arch}`;
const nodeVersion = '24.21.0';

/** Makes the stand-ins that are missing; a minute in all. */
export async function makeBaseImages(report: (line: string) => void): Promise<void> {
  const recipe = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex')
    .slice(0, 12);
  const stamp = path.join(clusterCache, `base-images-${recipe}`);
  const steps = [
    { name: 'base image debian', run: makeDebian },
    { name: 'base image node', run: makeNode },
    { name: 'base image python', run: makePython },
  ];
  // The stamp is only as good as the store that it speaks of.
  if (existsSync(stamp) && !hasImages()) rmSync(stamp, { recursive: true });
  await installOnce(stamp, steps, report);
}

function hasImages(): boolean {
  const known = buildah('images', '--format', '{{.Name}}:{{.Tag}}').split('\n');
  return Object.values(baseImages).every((image) => known.includes(image));
}

async function makeDebian(folder: string): Promise<void> {
  const tar = path.join(folder, 'debian.tar');
  const made = spawnSync('mmdebstrap', ['--variant=minbase', '--include=ca-certificates', 'trixie', tar], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`mmdebstrap failed:\n${made.stderr}`);
  const container = buildah('from', 'scratch');
  buildah('add', container, tar, '/');
  buildah('config', '--cmd', 'bash', container);
  finish(container, baseImages.debian);
  rmSync(tar);
  return Promise.resolve();
}

async function makeNode(folder: string): Promise<void> {
  const packages = path.join(folder, 'npm');
  mkdirSync(packages, { recursive: true });
  const wanted = [`${nodePackage}@${nodeVersion}`, 'npm@11'];
  execFileSync(
    'npm',
    ['install', '--prefix', packages, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const tree = path.join(folder, 'tree');
  const modules = path.join(tree, 'usr/local/lib/node_modules');
  mkdirSync(path.join(tree, 'usr/local/bin'), { recursive: true });
  cpSync(path.join(packages, 'node_modules', nodePackage, 'bin/node'), path.join(tree, 'usr/local/bin/node'));
  cpSync(path.join(packages, 'node_modules/npm'), path.join(modules, 'npm'), { recursive: true });
  const container = buildah('from', '--pull=never', baseImages.debian);
  buildah('copy', container, tree, '/');
  const links = 'cd /usr/local/bin && for p in npm npx; do ln -sf ../lib/node_modules/npm/bin/$p-cli.js $p; done';
  // As the official image has it, so that `USER node` works.
  const user = 'groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node';
  // npm brings what its programs need beside itself, but for these two libraries of Node.
  const libraries =
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends libatomic1 libstdc++6 && rm -rf /var/lib/apt/lists/*';
  buildah('run', container, '--', 'sh', '-ec', `${links}; ${user}; ${libraries}`);
  buildah('config', '--cmd', 'node', '--env', `NODE_VERSION=${nodeVersion}`, container);
  finish(container, baseImages.node);
  for (const leftover of [packages, tree]) rmSync(leftover, { recursive: true });
  return Promise.resolve();
}

function makePython(): Promise<void> {
  const container = buildah('from', '--pull=never', baseImages.debian);
  const install =
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*';
  // The official image has its own Python in /usr/local; the names are what Dockerfiles rely on.
  const links = 'ln -s /usr/bin/python3 /usr/local/bin/python3 && ln -s /usr/bin/python3 /usr/local/bin/python';
  buildah('run', container, '--', 'sh', '-ec', `${install}; ${links}`);
  buildah('config', '--cmd', 'python3', container);
  finish(container, baseImages.python);
  return Promise.resolve();
}

function finish(container: string, image: string): void {
  buildah('commit', '--quiet', '--rm', container, image);
}
