import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from '../machine/installOnce.ts';
import { clusterCache } from './place.ts';
import { runProgram } from './runProgram.ts';

/** One Go module below `programs/`: what pins the versions, and how its tools are built. */
interface Module {
  readonly name: string;
  readonly flags: readonly string[];
  readonly cgo?: boolean;
}

const version = 'k8s.io/component-base/version';
const modules: readonly Module[] = [
  { name: 'etcd', flags: ['-ldflags=-s -w'] },
  { name: 'cni', flags: ['-ldflags=-s -w'] },
  { name: 'containerd', flags: ['-tags=no_btrfs,no_zfs,no_devmapper', '-ldflags=-s -w'] },
  // Without seccomp the `RuntimeDefault` profile, and so PodSecurity `restricted`, cannot work.
  { name: 'runc', flags: ['-tags=seccomp', '-ldflags=-s -w'], cgo: true },
  {
    name: 'kubernetes',
    // The API server calls itself v0.0.0 without these.
    flags: [`-ldflags=-s -w -X ${version}.gitVersion=v1.36.3 -X ${version}.gitMajor=1 -X ${version}.gitMinor=36`],
  },
  { name: 'coredns', flags: ['-ldflags=-s -w'] },
];

/** Folder of each module's programs, by the module's name. */
export type ProgramFolders = Readonly<Record<string, string>>;

/**
 * Builds the cluster's programs from pinned Go modules, only what is missing. About 8 minutes on two cores with empty
 * caches; an interrupted build goes on where it stopped, since Go keeps what it compiled.
 */
export async function buildPrograms(report: (line: string) => void): Promise<ProgramFolders> {
  const folders: Record<string, string> = {};
  for (const [index, module] of modules.entries()) {
    const folder = await programFolder(module);
    const step = {
      name: `building ${module.name} (${index + 1} of ${modules.length} sets of programs)`,
      run: (target: string) => goInstall(module, target, report),
    };
    await installOnce(folder, [step], report);
    folders[module.name] = folder;
  }
  return folders;
}

/** Where the programs are, without building: for callers that know the cluster is up. */
export async function programFolders(): Promise<ProgramFolders> {
  const entries = await Promise.all(modules.map(async (module) => [module.name, await programFolder(module)] as const));
  return Object.fromEntries(entries);
}

async function programFolder(module: Module): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(module.flags));
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(path.join(sourceOf(module), file)));
  return path.join(clusterCache, 'programs', `${module.name}-${hash.digest('hex').slice(0, 12)}`);
}

function sourceOf(module: Module): string {
  return path.join(import.meta.dirname, 'programs', module.name);
}

async function goInstall(module: Module, folder: string, report: (line: string) => void): Promise<void> {
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=readonly', CGO_ENABLED: module.cgo === true ? '1' : '0' };
  const args = ['install', '-trimpath', ...module.flags, 'tool'];
  const started = performance.now();
  // Go says what it downloads and nothing while it compiles, which takes minutes.
  let last = 'compiling';
  const beat = setInterval(() => {
    report(`  ${module.name}: ${((performance.now() - started) / 1000).toFixed(0)} s so far, ${last}`);
    last = 'compiling';
  }, 10_000);
  try {
    await runProgram('go', args, { cwd: sourceOf(module), env, onLine: (line) => (last = line.slice(0, 100)) });
  } finally {
    clearInterval(beat);
  }
}
