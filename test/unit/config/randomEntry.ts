import { remotePath } from '../../../src/base/paths.ts';
import type { ConfigEntry } from '../../../src/config/configSchema.ts';
import type { Mount } from '../../../src/config/devShape.ts';
import type { Random } from '../devmode/randomWorkload.ts';

/** Any entry that a config file can hold; texts are of all that YAML and shells find special. */
export function randomEntry(random: Random): ConfigEntry {
  const make: { readonly [K in keyof ConfigEntry]-?: () => NonNullable<ConfigEntry[K]> } = {
    workload: () => text(random),
    kind: () => text(random),
    container: () => text(random),
    image: () => text(random),
    language: () => random.pick(['node', 'python']),
    workDir: () => remotePath(random.pick(['/app', '/srv/my app', '/ä'])),
    shell: () => random.pick([['bash'], ['zsh', '-l'], ['sh', '-c', 'a b'], ['x', '']]),
    run: () => text(random),
    debug: () => text(random),
    debugPort: () => 1 + random.below(65_535),
    restartOnSync: () => random.chance(0.5),
    ports: () => some(random, () => ({ remote: 1 + random.below(65_535), local: random.pick([0, 80, 65_535]) })),
    ignore: () => some(random, () => text(random)),
    sync: () => ({ mode: random.pick(['push', 'twoWay', 'mirror']), pull: some(random, () => text(random)) }),
    env: () =>
      Object.fromEntries(
        some(random, () => [
          random.pick(['A', 'b.c', '_', 'PATH']),
          random.pick(['', text(random), { source: 'secret', name: 'x', key: text(random), optional: true } as const]),
        ]),
      ),
    envFrom: () =>
      some(random, () => ({
        source: random.pick(['secret', 'configMap']),
        name: 'settings',
        prefix: random.pick(['', 'A_']),
        optional: random.chance(0.5),
      })),
    imagePullPolicy: () => random.pick(['Always', 'IfNotPresent', 'Never']),
    imagePullSecrets: () => some(random, () => 'registry'),
    resources: () => (random.chance(0.3) ? random.pick(['keep', 'remove']) : quantities(random)),
    probes: () => ({ liveness: random.pick(['keep', 'remove', { tcpSocket: { port: 80 }, periodSeconds: 3 }]) }),
    lifecycle: () => ({ preStop: random.pick(['keep', { exec: { command: [text(random)] } }]) }),
    securityContext: () => random.pick(['keep', 'remove', { runAsUser: 0, capabilities: { drop: ['ALL'] } }]),
    mounts: () => some(random, () => mount(random)),
    tolerations: () => some(random, () => ({ key: text(random), operator: 'Exists' })),
    nodeSelector: () => ({ 'kubernetes.io/os': text(random) }),
    initContainers: () => random.pick(['keep', 'skip', { a: 'skip', b: { image: text(random), args: [''] } }]),
    sidecar: () => (random.chance(0.5) ? {} : { resources: quantities(random) }),
  };
  const entries = Object.entries(make).filter(() => random.chance(0.5));
  return Object.fromEntries(entries.map(([key, value]) => [key, value()]));
}

const words = [
  'a',
  'true',
  'null',
  '1e3',
  '08',
  '~',
  ': ',
  ' #',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  '${X}',
  '- ',
  '{}',
  'ä',
  '&a',
  '*a',
];

function text(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(words)).join('');
}

function some<T>(random: Random, make: () => T): T[] {
  return Array.from({ length: random.below(3) }, make);
}

function quantities(random: Random) {
  const values = () => (random.chance(0.5) ? {} : { cpu: random.chance(0.3) ? undefined : '500m', memory: '1Gi' });
  return { requests: values(), limits: values() };
}

function mount(random: Random): Mount {
  const volume = random.pick<Mount['volume']>([
    { kind: 'none' },
    { kind: 'configMap', name: 'a', optional: true },
    { kind: 'secret', name: 'a', optional: false },
    { kind: 'claim', name: 'a', optional: false },
    { kind: 'empty', memory: random.chance(0.5), sizeLimit: random.chance(0.5) ? undefined : '1Gi' },
  ]);
  return { path: remotePath('/x'), volume, subPath: random.pick(['', 'a/b']), readOnly: random.chance(0.5) };
}
