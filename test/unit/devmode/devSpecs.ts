import { remotePath } from '../../../src/base/paths.ts';
import { types, type ObjectRef } from '../../../src/cluster/core/objects.ts';
import { defaultShape } from '../../../src/config/devShape.ts';
import type { DevSpec } from '../../../src/devmode/core/devSpec.ts';

/** The workload that the tests of dev mode develop. */
export const webRef: ObjectRef = { type: types.deployment, namespace: 'shop', name: 'web' };

/** A complete spec for container `web`, with the given differences. */
export function devSpec(differences: Partial<DevSpec> = {}): DevSpec {
  return {
    session: '7b0ff1f6-0e52-4ac9-9c5a-2f6d6e1a4c11',
    developer: { user: 'ada', host: 'laptop', installation: 'i1' },
    since: '2026-01-02T03:04:05.000Z',
    container: 'web',
    image: 'docker.io/podloop/dev-node:24',
    workDir: remotePath('/app'),
    shape: { ...defaultShape, env: { DEBUG: '1', PODLOOP_SAMPLE: 'yes' } },
    sidecar: { image: 'docker.io/podloop/sidecar:0.1.0', port: 41234, tokenHash: 'ab12', native: true },
    podloop: '0.1.0',
    ...differences,
  };
}
