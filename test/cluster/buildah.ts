import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { clusterCache } from './place.ts';

/** Runs buildah on a store of the cluster's own, never the user's; throws with its output when it fails. */
export function buildah(...args: readonly string[]): string {
  const store = path.join(clusterCache, 'buildah');
  mkdirSync(store, { recursive: true });
  const places = [
    '--root',
    path.join(store, 'root'),
    '--runroot',
    path.join(store, 'run'),
    '--storage-driver',
    'overlay',
  ];
  const result = spawnSync('buildah', [...places, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // Builds need no cgroup and no network namespace of their own, only another root.
    env: { ...process.env, BUILDAH_ISOLATION: 'chroot' },
  });
  if (result.status === 0) return result.stdout.trim();
  const reason = result.error?.message ?? `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-30).join('\n');
  throw new Error(`buildah ${args[0]} failed:\n${reason}`);
}
