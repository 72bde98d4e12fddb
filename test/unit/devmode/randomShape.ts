import { remotePath } from '../../../src/base/paths.ts';
import { defaultShape, type DevShape, type Mount, type Rule } from '../../../src/config/devShape.ts';
import type { Random } from './randomWorkload.ts';

/** Any shape that a config could ask for; names meet those of `randomWorkload`. */
export function randomShape(random: Random): DevShape {
  const rule = (value: Exclude<Rule, string>): Rule => random.pick<Rule>(['keep', 'remove', value]);
  const some = <T>(make: () => T, none: T): T => (random.chance(0.3) ? make() : none);
  return {
    imagePullPolicy: random.pick(['Always', 'IfNotPresent', 'Never']),
    imagePullSecrets: some(() => ['registry', 'mirror'], []),
    env: Object.fromEntries(
      ['A', 'B', 'DEBUG', 'NEW']
        .filter(() => random.chance(0.4))
        .map((name) => [
          name,
          random.chance(0.3)
            ? undefined
            : random.pick(['dev', { source: 'secret', name: 'db', key: 'password', optional: false } as const]),
        ]),
    ),
    envFrom: some(() => [{ source: 'configMap', name: 'dev', prefix: 'DEV_', optional: true }], []),
    probes: {
      liveness: rule({ tcpSocket: { port: 80 } }),
      readiness: rule({ httpGet: { port: 'web' } }),
      startup: rule({ exec: { command: ['true'] } }),
    },
    lifecycle: { postStart: rule({ exec: { command: ['true'] } }), preStop: rule({ sleep: { seconds: 1 } }) },
    securityContext: rule({ runAsUser: 7, readOnlyRootFilesystem: false }),
    resources: random.pick([
      'remove',
      { requests: { memory: '1Gi' }, limits: { cpu: undefined } },
      { requests: {}, limits: { cpu: '500m', memory: undefined } },
    ]),
    sidecarResources: some(() => ({ requests: {}, limits: { memory: '1Gi' } }), defaultShape.sidecarResources),
    mounts: ['/app/config', '/data', '/cache']
      .filter(() => random.chance(0.3))
      .map((path) => randomMount(random, path)),
    tolerations: some(() => [{ key: 'dev', operator: 'Exists' }], []),
    nodeSelector: random.chance(0.3) ? { pool: 'dev' } : {},
    initContainers: {
      others: random.pick(['keep', 'skip']),
      named: random.chance(0.3) ? { migrate: random.pick(['keep', 'skip', { image: 'x', command: ['true'] }]) } : {},
    },
  };
}

function randomMount(random: Random, path: string): Mount {
  const volume = random.pick<Mount['volume']>([
    { kind: 'none' },
    { kind: 'configMap', name: 'dev', optional: true },
    { kind: 'secret', name: 'dev', optional: false },
    { kind: 'claim', name: 'cache', optional: false },
    { kind: 'empty', memory: true, sizeLimit: '1Gi' },
  ]);
  return { path: remotePath(path), volume, subPath: random.pick(['', 'inner']), readOnly: random.chance(0.3) };
}
