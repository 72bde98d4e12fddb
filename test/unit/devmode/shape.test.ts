import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import { objectField, objectsField } from '../../../src/cluster/core/fields.ts';
import type { KubeObject } from '../../../src/cluster/core/objects.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import { resolveShape } from '../../../src/config/resolveShape.ts';
import { readAt } from '../../../src/devmode/core/documentPath.ts';
import { enter } from '../../../src/devmode/core/template.ts';
import { devSpec, webRef } from './devSpecs.ts';

const web = {
  name: 'web',
  image: 'shop/web:1',
  env: [
    { name: 'NODE_ENV', value: 'production' },
    { name: 'PORT', value: '80' },
  ],
  envFrom: [{ configMapRef: { name: 'settings' } }],
  livenessProbe: { httpGet: { path: '/', port: 80 } },
  readinessProbe: { httpGet: { path: '/', port: 80 } },
  lifecycle: { preStop: { exec: { command: ['sleep', '5'] } }, postStart: { exec: { command: ['warm'] } } },
  resources: { limits: { cpu: '200m', 'nvidia.com/gpu': '1' }, requests: { cpu: '100m' } },
  securityContext: { runAsUser: 7, readOnlyRootFilesystem: true },
  volumeMounts: [
    { name: 'settings', mountPath: '/etc/shop/' },
    { name: 'cache', mountPath: '/cache' },
  ],
};
const pod = {
  tolerations: [{ key: 'old', operator: 'Exists' }],
  initContainers: [
    { name: 'migrate', image: 'shop/migrate:1', command: ['up'], args: ['--all'] },
    { name: 'wait', image: 'busybox' },
    { name: 'proxy', image: 'proxy', restartPolicy: 'Always' },
  ],
  volumes: [
    { name: 'settings', configMap: { name: 'shop' } },
    { name: 'cache', emptyDir: {} },
  ],
};

// What a person writes, and what it makes of the container and the pod.
const cases: readonly { name: string; config: string; container?: JsonObject; podSpec?: JsonObject }[] = [
  {
    name: 'nothing said: probes, hooks and arguments go, the rest stays',
    config: '{}',
    container: {
      livenessProbe: undefined,
      readinessProbe: undefined,
      lifecycle: undefined,
      resources: web.resources,
      securityContext: web.securityContext,
      env: web.env,
      envFrom: web.envFrom,
      imagePullPolicy: 'IfNotPresent',
    },
    podSpec: { tolerations: pod.tolerations },
  },
  {
    name: 'variables set, unset and from a Secret',
    config: '{ env: { NODE_ENV: null, PORT: 8080, PASSWORD: { secret: db, key: password } } }',
    container: {
      env: [
        { name: 'PORT', value: '8080' },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      ],
    },
  },
  {
    name: 'variables of whole objects',
    config: '{ envFrom: [{ configMap: dev, prefix: DEV_ }, { secret: keys, optional: true }] }',
    container: {
      envFrom: [
        { configMapRef: { name: 'settings' } },
        { prefix: 'DEV_', configMapRef: { name: 'dev' } },
        { secretRef: { name: 'keys', optional: true } },
      ],
    },
  },
  {
    name: 'probes and hooks kept and replaced',
    config: '{ probes: { liveness: keep, readiness: { tcpSocket: { port: 3000 } } }, lifecycle: { preStop: keep } }',
    container: {
      livenessProbe: web.livenessProbe,
      readinessProbe: { tcpSocket: { port: 3000 } },
      lifecycle: { preStop: web.lifecycle.preStop },
    },
  },
  {
    name: 'resources that differ, all others kept',
    config: '{ resources: { limits: { cpu: 2, memory: 1.5Gi }, requests: { cpu: null } } }',
    container: { resources: { limits: { cpu: '2', 'nvidia.com/gpu': '1', memory: '1536Mi' }, requests: {} } },
  },
  { name: 'resources taken away', config: '{ resources: remove }', container: { resources: {} } },
  {
    name: 'a security context that differs',
    config: '{ securityContext: { readOnlyRootFilesystem: false, runAsUser: 0 } }',
    container: { securityContext: { runAsUser: 0, readOnlyRootFilesystem: false } },
  },
  {
    name: 'a security context taken away',
    config: '{ securityContext: remove }',
    container: { securityContext: undefined },
  },
  {
    name: 'mounts added, replaced and left out',
    config:
      '{ mounts: [{ path: /etc/shop, secret: dev, readOnly: true }, { path: /cache, remove: true }, { path: /tmp, emptyDir: { sizeLimit: 1Gi } }] }',
    container: {
      volumeMounts: [
        { name: 'podloop-mount-0', mountPath: '/etc/shop/', readOnly: true },
        { name: 'podloop-mount-2', mountPath: '/tmp' },
        { name: 'podloop-workspace', mountPath: '/app', subPath: 'files' },
      ],
    },
    podSpec: {
      volumes: [
        ...pod.volumes,
        { name: 'podloop-mount-0', secret: { secretName: 'dev' } },
        { name: 'podloop-mount-2', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'podloop-workspace', emptyDir: {} },
      ],
    },
  },
  {
    name: 'where the pod may run, and what it may pull',
    config:
      '{ tolerations: [{ key: dev, operator: Exists }], nodeSelector: { pool: dev }, imagePullSecrets: [registry], imagePullPolicy: Always }',
    container: { imagePullPolicy: 'Always' },
    podSpec: {
      tolerations: [...pod.tolerations, { key: 'dev', operator: 'Exists' }],
      nodeSelector: { pool: 'dev' },
      imagePullSecrets: [{ name: 'registry' }],
    },
  },
];

describe('the dev container as the config wants it', () => {
  for (const { name, config, container = {}, podSpec = {} } of cases) {
    it(name, () => {
      const entered = enterWith(config);
      const dev = readAt(entered, ['containers', { key: 'name', value: 'web' }]);
      assert.deepEqual(pick(objectField(dev), container), container);
      assert.deepEqual(pick(entered, podSpec), podSpec);
    });
  }

  const initCases: readonly [config: string, containers: readonly string[]][] = [
    ['keep', ['podloop-sidecar', 'migrate', 'wait', 'proxy']],
    ['skip', ['podloop-sidecar', 'proxy']],
    ['{ migrate: skip }', ['podloop-sidecar', 'wait', 'proxy']],
    ['{ proxy: skip }', ['podloop-sidecar', 'migrate', 'wait']],
  ];
  for (const [rule, names] of initCases) {
    it(`init containers: ${rule}`, () => {
      const left = objectsField(enterWith(`{ initContainers: ${rule} }`).initContainers);
      assert.deepEqual(
        left.map(({ name }) => name),
        names,
      );
    });
  }

  it('init containers: one replaced, its old arguments gone', () => {
    const entered = enterWith('{ initContainers: { migrate: { image: "shop/migrate:dev", command: [seed] } } }');
    const [, migrate] = objectsField(entered.initContainers);
    assert.deepEqual(migrate, { name: 'migrate', image: 'shop/migrate:dev', command: ['seed'] });
  });

  it('resources of the sidecar: what is said, and a limit that our request cannot exceed', () => {
    const entered = enterWith('{ sidecar: { resources: { limits: { memory: 32Mi }, requests: { cpu: 50m } } } }');
    const [sidecar] = objectsField(entered.initContainers);
    assert.deepEqual(sidecar?.resources, { requests: { cpu: '50m' }, limits: { cpu: '1', memory: '32Mi' } });
  });
});

function enterWith(config: string): JsonObject {
  const parsed = parseConfig(`version: 1\ncontainers: ${config}\n`);
  assert.ok(parsed.kind === 'config', JSON.stringify(parsed));
  const workload: KubeObject = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 1, template: { metadata: {}, spec: { ...pod, containers: [web] } } },
  };
  const { object } = enter(webRef, workload, devSpec({ shape: resolveShape(parsed.config.containers[0]) }));
  return objectField(readAt(object, ['spec', 'template', 'spec']));
}

function pick(object: JsonObject, like: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(like).map((key) => [key, object[key]]));
}
