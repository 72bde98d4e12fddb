import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClusterPlace } from './place.ts';

const root = '/sys/fs/cgroup';

/** Makes the cgroup below which the kubelet keeps those of the pods, in each hierarchy of cgroup v1 or the one of v2. */
export function makeCgroups(place: ClusterPlace): void {
  if (isUnified()) allowControllers();
  for (const folder of cgroupFolders(place)) {
    mkdirSync(folder, { recursive: true });
    // In cgroup v1 a new cpuset has no processors and no memory until it is told some.
    for (const file of isUnified() ? [] : ['cpuset.cpus', 'cpuset.mems']) {
      const own = path.join(folder, file);
      if (existsSync(own)) writeFileSync(own, readFileSync(path.join(path.dirname(folder), file)));
    }
  }
}

/** Removes the cluster's cgroups; false while the kernel still counts processes in one of them. */
export function removeCgroups(place: ClusterPlace): boolean {
  return cgroupFolders(place)
    .filter((folder) => existsSync(folder))
    .map((folder) => removeTree(folder))
    .every((removed) => removed);
}

function cgroupFolders(place: ClusterPlace): string[] {
  if (isUnified()) return [path.join(root, place.cgroup)];
  if (!existsSync(root)) return [];
  const hierarchies = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return hierarchies.map(({ name }) => path.join(root, name, place.cgroup));
}

function isUnified(): boolean {
  return existsSync(path.join(root, 'cgroup.controllers'));
}

/** In cgroup v2 a group has only the controllers that its parent passes on. */
function allowControllers(): void {
  const known = readFileSync(path.join(root, 'cgroup.controllers'), 'utf8').trim().split(' ');
  const passedOn = readFileSync(path.join(root, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
  for (const controller of known.filter((name) => !passedOn.includes(name))) {
    writeFileSync(path.join(root, 'cgroup.subtree_control'), `+${controller}`);
  }
}

function removeTree(folder: string): boolean {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !removeTree(path.join(folder, entry.name))) return false;
  }
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    throw error;
  }
}
