import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from './runProgram.ts';

/** An image that is made here from Debian's and npm's packages, because no image registry is needed for them. */
export interface BaseImage {
  readonly image: string;
  /** Folder with its Dockerfile. */
  readonly folder: string;
  /** Brings into the build's context what the Dockerfile copies. */
  prepare(context: string): Promise<void>;
}

/** The image that holds a pod's namespaces. */
export const pauseImage = 'localhost/podloop/pause:1';

const folderOf = (name: string): string => path.join(import.meta.dirname, 'baseImages', name);

/**
 * The pause image, and stand-ins for the official images that the project's Dockerfiles start from; elsewhere Docker
 * pulls the official ones.
 */
export const baseImages: readonly BaseImage[] = [
  { image: pauseImage, folder: folderOf('pause'), prepare: compilePause },
  { image: 'docker.io/library/debian:trixie-slim', folder: folderOf('debian'), prepare: bootstrapDebian },
  { image: 'docker.io/library/node:24-trixie-slim', folder: folderOf('node'), prepare: fetchNode },
  { image: 'docker.io/library/python:3.13-slim-trixie', folder: folderOf('python'), prepare: () => Promise.resolve() },
];

async function compilePause(context: string): Promise<void> {
  const source = path.join(folderOf('pause'), 'pause.c');
  await runProgram('gcc', ['-Os', '-static', '-s', '-o', path.join(context, 'pause'), source]);
}

async function bootstrapDebian(context: string): Promise<void> {
  // What the official slim image leaves out, too.
  const unwanted = ['doc', 'info', 'lintian', 'locale', 'man'].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  );
  const kept = '--dpkgopt=path-include=/usr/share/doc/*/copyright';
  await runProgram('mmdebstrap', ['--variant=minbase', ...unwanted, kept, 'trixie', path.join(context, 'debian.tar')]);
}

async function fetchNode(context: string): Promise<void> {
  const dockerfile = readFileSync(path.join(folderOf('node'), 'Dockerfile'), 'utf8');
  const version = /NODE_VERSION=(\S+)/.exec(dockerfile)?.[1] ?? '';
  const program = `node-linux-${process.arch}`;
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runProgram('npm', ['install', '--prefix', context, ...options, `${program}@${version}`, 'npm@11.21.2']);
  cpSync(path.join(context, 'node_modules', program, 'bin/node'), path.join(context, 'node'));
}
