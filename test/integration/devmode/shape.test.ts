import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objectField, objectsField } from '../../../src/cluster/core/fields.ts';
import { type KubeObject, types } from '../../../src/cluster/core/objects.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import type { DevShape } from '../../../src/config/devShape.ts';
import { resolveShape } from '../../../src/config/resolveShape.ts';
import { type DevModeBench, devModeBench, nodeImage, ownFields, remains } from './devModeBench.ts';

const everything = `
  env:
    DEBUG: null
    FIRST: one
    PASSWORD: { secret: keys, key: password }
  envFrom: [{ configMap: settings, prefix: SET_ }]
  resources: { requests: { cpu: 0.03, memory: null }, limits: { memory: 0.25Gi } }
  probes:
    liveness: { exec: { command: ["true"] }, periodSeconds: 3 }
    readiness: keep
  lifecycle: { preStop: keep, postStart: { exec: { command: ["true"] } } }
  securityContext: { readOnlyRootFilesystem: true }
  mounts:
    - { path: /etc/shop, configMap: settings, readOnly: true }
    - { path: /data, remove: true }
    - { path: /tmp, emptyDir: { medium: Memory, sizeLimit: 16Mi } }
  tolerations: [{ key: podloop.dev/test, operator: Exists }]
  nodeSelector: { kubernetes.io/os: linux }
  imagePullSecrets: [registry]
  initContainers: { migrate: skip, wait: { command: [sh, -c, "true"] } }
  sidecar: { resources: { limits: { memory: 256Mi } } }
`;

describe('the shape of a dev pod, as a real server has it', { timeout: 120_000 }, () => {
  let bench: DevModeBench;
  before(async () => {
    bench = await devModeBench({ podSecurity: 'restricted' });
    await bench.kubectl('create', 'configmap', 'settings', '--from-literal=A=1');
    await bench.kubectl('create', 'secret', 'generic', 'keys', '--from-literal=password=secret');
  });
  after(() => bench.dispose());

  it('is what the config says, and goes without a trace', async () => {
    await bench.deploy({
      pod: {
        volumes: [{ name: 'data', emptyDir: {} }],
        initContainers: [initContainer('migrate', ['true']), initContainer('wait', ['true'])],
        tolerations: [{ key: 'old', operator: 'Exists' }],
      },
      container: {
        env: [
          { name: 'DEBUG', value: 'original' },
          { name: 'FIRST', value: '1' },
        ],
        resources: { requests: { memory: '32Mi' }, limits: { cpu: '1' } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        livenessProbe: { exec: { command: ['true'] } },
        readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 },
        lifecycle: { preStop: { exec: { command: ['true'] } } },
      },
    });
    const original = await bench.read();
    const { pod } = await bench.start({ shape: shapeOf(everything) });
    const facts = [
      'echo "$DEBUG|$FIRST|$PASSWORD|$SET_A|$(cat /etc/shop/A)"',
      'touch /tmp/x && echo "/tmp can be written"',
      'touch /x 2> /dev/null || echo "/ cannot"',
      'test -e /data || echo "no /data"',
    ];
    const seen = await bench.kubectl('exec', pod, '-c', 'web', '--', 'sh', '-c', facts.join('; '));
    assert.deepEqual(seen.trim().split('\n'), ['|one|secret|1|1', '/tmp can be written', '/ cannot', 'no /data']);
    const [running] = await podsOf(bench);
    const spec = objectField(running?.spec);
    const web = objectsField(spec.containers).find(({ name }) => name === 'web');
    assert.deepEqual(web?.resources, {
      limits: { cpu: '1', memory: '256Mi' },
      requests: { cpu: '30m', memory: '256Mi' },
    });
    assert.deepEqual(
      Object.keys(web)
        .filter((key) => key.endsWith('Probe'))
        .sort(),
      ['livenessProbe', 'readinessProbe'],
    );
    assert.deepEqual(
      objectsField(spec.initContainers).map(({ name }) => name),
      ['podloop-sidecar', 'wait'],
    );
    const { outcome, keptChanges } = await bench.end();
    assert.deepEqual({ outcome, keptChanges }, { outcome: 'restored', keptChanges: [] });
    assert.deepEqual(ownFields(await bench.read()), ownFields(original));
    assert.deepEqual(await remains(bench), []);
  });
});

async function podsOf(bench: DevModeBench): Promise<readonly KubeObject[]> {
  const scope = { namespace: bench.namespace.name, labelSelector: 'podloop.dev/session' };
  const { items } = await bench.cluster.list(types.pod, scope, AbortSignal.timeout(10_000));
  return items;
}

function shapeOf(entry: string): DevShape {
  const parsed = parseConfig(`version: 1\ncontainers:${entry}`);
  assert.ok(parsed.kind === 'config', JSON.stringify(parsed));
  return resolveShape(parsed.config.containers[0]);
}

function initContainer(name: string, command: readonly string[]) {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  return { name, image: nodeImage, command, securityContext };
}
