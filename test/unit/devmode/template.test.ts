import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject, type Json, type JsonObject } from '../../../src/base/json.ts';
import type { KubeObject, ObjectRef } from '../../../src/cluster/core/objects.ts';
import { resolveShape } from '../../../src/config/resolveShape.ts';
import { readAt, writeAt } from '../../../src/devmode/core/documentPath.ts';
import { objectsField } from '../../../src/cluster/core/fields.ts';
import { developableKinds } from '../../../src/devmode/core/developableKinds.ts';
import { type PathStep, recordAnnotation } from '../../../src/devmode/core/record.ts';
import { readRecord } from '../../../src/devmode/core/recordAnnotation.ts';
import { enter, restore, restoreFirst } from '../../../src/devmode/core/template.ts';
import { forSeeds } from '../forSeeds.ts';
import { devSpec, webRef } from './devSpecs.ts';
import { randomShape } from './randomShape.ts';
import { type Random, randomWorkload } from './randomWorkload.ts';

const podSpecPath = ['spec', 'template', 'spec'];
const webPath: readonly PathStep[] = [...podSpecPath, 'containers', { key: 'name', value: 'web' }];
/** PODLOOP_RUNS=10000 for a long run. */
const runs = Number(process.env.PODLOOP_RUNS ?? 500);
const emptyMount = {
  volume: { kind: 'empty', memory: false, sizeLimit: undefined },
  subPath: '',
  readOnly: false,
} as const;

describe('enter and restore', () => {
  it('are exact inverses, order of keys and elements included', () => {
    forSeeds(runs, (random) => {
      const { ref } = randomKind(random);
      const original = randomWorkload(random, ref.type);
      const { object } = enter(ref, original, randomSpec(random));
      // Through text, as the record and the object really travel.
      const { object: back, keptChanges } = restore(reread(object), recordOf(object));
      assert.deepEqual(keptChanges, []);
      assert.equal(JSON.stringify(back), JSON.stringify(original));
    });
  });

  it('are exact inverses on a server that fills in defaults and drops what is empty', () => {
    forSeeds(runs, (random) => {
      const { ref } = randomKind(random);
      const original = asServed(randomWorkload(random, ref.type));
      const object = asServed(enter(ref, original, randomSpec(random)).object);
      const { object: back, keptChanges } = restore(object, recordOf(object));
      assert.deepEqual(keptChanges, []);
      assert.deepEqual(asServed(back), original);
    });
  });

  it('are exact inverses in two stages, of which the first leaves nothing of dev mode but the record', () => {
    forSeeds(runs, (random) => {
      const { ref } = randomKind(random);
      const original = randomWorkload(random, ref.type);
      const { object } = enter(ref, original, randomSpec(random));
      const first = restoreFirst(ref, reread(object), recordOf(object));
      const { annotations: { [recordAnnotation]: text = '', ...others } = {} } = first.object.metadata;
      assert.ok(!JSON.stringify({ ...first.object, metadata: others }).includes('podloop.dev'));
      assert.equal(recordOf(first.object).ending, true, text);
      const { object: back, keptChanges } = restore(reread(first.object), recordOf(first.object));
      assert.deepEqual([...first.keptChanges, ...keptChanges], []);
      assert.equal(JSON.stringify(back), JSON.stringify(original));
    });
  });

  it('keep what somebody else changed elsewhere, and nothing of dev mode', () => {
    forSeeds(runs, (random) => {
      const { ref, template } = randomKind(random);
      const original = asServed(randomWorkload(random, ref.type));
      const meddle = meddling(random, template);
      const spec = randomSpec(random);
      // Variables that are taken from among namesakes are a change of the whole list.
      const env = Object.fromEntries(Object.entries(spec.shape.env).filter(([, value]) => value !== undefined));
      const object = meddle(asServed(enter(ref, original, { ...spec, shape: { ...spec.shape, env } }).object));
      const { object: back, keptChanges } = restore(object, recordOf(object));
      assert.deepEqual(keptChanges, []);
      assert.deepEqual(sortedEnv(back, template), sortedEnv(meddle(original), template));
    });
  });
});

describe('restore', () => {
  const original = deployment({ image: 'shop/web:1', args: ['serve'], readinessProbe: { tcpSocket: { port: 80 } } });
  const { object: entered } = enter(webRef, original, devSpec());

  const changes: readonly { name: string; path: readonly PathStep[]; value: Json | undefined; kept: string[] }[] = [
    {
      name: 'another image',
      path: [...webPath, 'image'],
      value: 'shop/web:2',
      kept: ['spec.template.spec.containers[web].image'],
    },
    { name: 'the original image, as kubectl apply does', path: [...webPath, 'image'], value: 'shop/web:1', kept: [] },
    {
      name: 'a probe of its own',
      path: [...webPath, 'readinessProbe'],
      value: { exec: {} },
      kept: ['spec.template.spec.containers[web].readinessProbe'],
    },
    { name: 'more replicas', path: ['spec', 'replicas'], value: 5, kept: ['spec.replicas'] },
    { name: 'the container gone', path: webPath, value: undefined, kept: ['spec.template.spec.containers[web]'] },
    {
      name: 'another value of our variable',
      path: [...webPath, 'env', { key: 'name', value: 'DEBUG' }],
      value: { name: 'DEBUG', value: '2' },
      kept: ['spec.template.spec.containers[web].env[DEBUG]'],
    },
    {
      name: 'another sidecar image',
      path: [...podSpecPath, 'initContainers', { key: 'name', value: 'podloop-sidecar' }, 'image'],
      value: 'x',
      kept: [],
    },
  ];
  for (const { name, path, value, kept } of changes) {
    it(`leaves what somebody else changed: ${name}`, () => {
      const { object, keptChanges } = restore(writeAt(entered, path, value) as KubeObject, recordOf(entered));
      assert.deepEqual(keptChanges, kept);
      if (kept.length > 0) assert.deepEqual(readAt(object, path), value);
      assert.ok(!JSON.stringify(object).includes('podloop'), JSON.stringify(object));
    });
  }
});

describe('enter', () => {
  it('swaps the container and adds a sidecar, a volume and a label', () => {
    const { object } = enter(webRef, deployment({ args: ['serve'], livenessProbe: {} }), devSpec());
    const web = readAt(object, webPath) as JsonObject;
    assert.equal(web.image, 'docker.io/podloop/dev-node:24');
    assert.equal(web.workingDir, '/app');
    assert.equal(web.args, undefined);
    assert.equal(web.livenessProbe, undefined);
    assert.deepEqual(web.volumeMounts, [{ name: 'podloop-workspace', mountPath: '/app', subPath: 'files' }]);
    assert.deepEqual(web.env, [
      { name: 'DEBUG', value: '1' },
      { name: 'PODLOOP_SAMPLE', value: 'yes' },
    ]);
    const [sidecar] = objectsField(readAt(object, [...podSpecPath, 'initContainers']));
    assert.equal(sidecar?.restartPolicy, 'Always');
    assert.deepEqual(
      readAt(object, ['spec', 'template', 'metadata', 'labels', 'podloop.dev/session']),
      devSpec().session,
    );
  });

  it('adds an ordinary container, last, where the server knows no native sidecars', () => {
    const sidecar = { ...devSpec().sidecar, native: false };
    const { object } = enter(webRef, deployment({}), devSpec({ sidecar }));
    const containers = objectsField(readAt(object, [...podSpecPath, 'containers']));
    assert.deepEqual(
      containers.map(({ name }) => name),
      ['web', 'podloop-sidecar'],
    );
    assert.equal(containers[1]?.restartPolicy, undefined);
  });

  const users: readonly {
    name: string;
    pod: JsonObject;
    container: JsonObject;
    dev: Json | undefined;
    sidecar: JsonObject;
  }[] = [
    { name: 'nobody named: the images decide', pod: {}, container: {}, dev: undefined, sidecar: {} },
    {
      name: 'the pod names one',
      pod: { runAsUser: 7, runAsGroup: 8 },
      container: {},
      dev: undefined,
      sidecar: { runAsUser: 7, runAsGroup: 8, runAsNonRoot: true },
    },
    {
      name: 'the container wins',
      pod: { runAsUser: 7 },
      container: { runAsUser: 9 },
      dev: 9,
      sidecar: { runAsUser: 9, runAsNonRoot: true },
    },
    {
      name: 'root forbidden, nobody named',
      pod: { runAsNonRoot: true },
      container: {},
      dev: 1000,
      sidecar: { runAsUser: 1000, runAsNonRoot: true },
    },
    {
      name: 'root forbidden by the container only',
      pod: {},
      container: { runAsNonRoot: true },
      dev: 1000,
      sidecar: { runAsUser: 1000, runAsNonRoot: true },
    },
    {
      name: 'root allowed in spite of the pod',
      pod: { runAsNonRoot: true },
      container: { runAsNonRoot: false },
      dev: undefined,
      sidecar: { runAsNonRoot: false },
    },
  ];
  for (const { name, pod, container, dev, sidecar } of users) {
    it(`runs both containers as the same user: ${name}`, () => {
      const workload = writeAt(deployment({ securityContext: container }), [...podSpecPath, 'securityContext'], pod);
      const { object } = enter(webRef, workload as KubeObject, devSpec());
      assert.equal(readAt(object, [...webPath, 'securityContext', 'runAsUser']), dev);
      const [added] = objectsField(readAt(object, [...podSpecPath, 'initContainers']));
      assert.deepEqual(added?.securityContext, {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        seccompProfile: { type: 'RuntimeDefault' },
        ...sidecar,
      });
    });
  }

  const refusals: readonly {
    name: string;
    workload: KubeObject;
    spec?: Parameters<typeof devSpec>[0];
    code: string;
  }[] = [
    {
      name: 'an unknown container',
      workload: deployment({}),
      spec: { container: 'api' },
      code: 'devmode.no-container',
    },
    { name: 'a paused Deployment', workload: patched(['spec', 'paused'], true), code: 'devmode.paused' },
    {
      name: 'a Windows pod',
      workload: patched([...podSpecPath, 'nodeSelector'], { 'kubernetes.io/os': 'windows' }),
      code: 'devmode.windows',
    },
    {
      name: 'leftovers without a record',
      workload: patched([...podSpecPath, 'volumes'], [{ name: 'podloop-workspace' }]),
      code: 'devmode.leftover',
    },
    { name: 'a port in use', workload: deployment({ ports: [{ containerPort: 41234 }] }), code: 'devmode.port-clash' },
    {
      name: 'annotations without room',
      workload: patched(['metadata', 'annotations'], { big: 'x'.repeat(262_000) }),
      code: 'devmode.record-too-large',
    },
    {
      name: 'a mount over the synced files',
      workload: deployment({}),
      spec: { shape: resolveShape({ mounts: [{ ...emptyMount, path: devSpec().workDir }] }) },
      code: 'devmode.mount-clash',
    },
    ...['/', '/usr', '/proc/1', '/a/../b', '/a:b'].map((workDir) => ({
      name: `working directory ${workDir}`,
      workload: deployment({}),
      spec: { workDir: workDir as ReturnType<typeof devSpec>['workDir'] },
      code: 'devmode.work-dir',
    })),
  ];
  for (const { name, workload, spec, code } of refusals) {
    it(`refuses ${name}`, () => {
      assert.throws(() => enter(webRef, workload, devSpec(spec)), { code });
    });
  }
});

function randomSpec(random: Random): ReturnType<typeof devSpec> {
  return devSpec({
    shape: randomShape(random),
    sidecar: { ...devSpec().sidecar, native: random.chance(0.5) },
  });
}

function randomKind(random: Random): { ref: ObjectRef; template: readonly string[] } {
  const { type, templatePath } = random.pick(developableKinds);
  return { ref: { ...webRef, type }, template: templatePath };
}

function placesIn(template: readonly string[]): { pod: readonly PathStep[]; web: readonly PathStep[] } {
  const pod = [...template, 'spec'];
  return { pod, web: [...pod, 'containers', { key: 'name', value: 'web' }] };
}

/** Changes such as others make: none of them where dev mode made one. */
function meddling(random: Random, template: readonly string[]): (object: KubeObject) => KubeObject {
  const { pod, web } = placesIn(template);
  const changes = random.shuffle<(object: Json) => Json>([
    (object) => put(object, ['metadata', 'annotations', 'note'], 'mine', {}),
    (object) => put(object, [...template, 'metadata', 'annotations', 'restarted'], 'now', {}),
    (object) => put(object, [...web, 'env', { key: 'name', value: 'THEIRS' }], { name: 'THEIRS', value: '1' }, []),
    (object) => put(object, [...pod, 'volumes', { key: 'name', value: 'theirs' }], { name: 'theirs' }, []),
    (object) =>
      put(object, [...pod, 'initContainers', { key: 'name', value: 'theirs' }], asServed({ name: 'theirs' }), []),
    (object) => put(object, [...web, 'terminationMessagePolicy'], 'File', {}),
    (object) => put(object, ['spec', 'minReadySeconds'], 9, {}),
  ]);
  const chosen = changes.slice(random.below(changes.length));
  return (object) => chosen.reduce<Json>((current, change) => change(current), object) as KubeObject;
}

function put(document: Json, path: readonly PathStep[], value: Json, room: Json): Json {
  const parent = path.slice(0, -1);
  const roomy = readAt(document, parent) === undefined ? put(document, parent, room, {}) : document;
  return writeAt(roomy, path, value) ?? null;
}

/** Where an element lands among others depends on who came first; that is no loss. */
function sortedEnv(object: KubeObject, template: readonly string[]): KubeObject {
  const { pod, web } = placesIn(template);
  const lists = [['initContainers'], ['volumes']].map((list) => [...pod, ...list]);
  return [...lists, [...web, 'env']].reduce<Json>((current, path) => {
    const list = readAt(current, path);
    if (!Array.isArray(list)) return current;
    return (
      writeAt(
        current,
        path,
        (list as Json[]).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
      ) ?? null
    );
  }, object) as KubeObject;
}

/** Fills in what a server fills in, and drops empty lists and maps of metadata, as its encoding does. */
function asServed<T extends Json>(value: T): T {
  return fill(value, '') as T;
}

function fill(value: Json, key: string): Json {
  if (Array.isArray(value)) {
    return (value as Json[]).map((element) => {
      const filled = fill(element, '');
      return ['containers', 'initContainers'].includes(key) && isJsonObject(filled)
        ? { terminationMessagePath: '/dev/termination-log', imagePullPolicy: 'Always', resources: {}, ...filled }
        : filled;
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  const dropped = ['annotations', 'labels', 'env', 'limits', 'requests', 'volumes', 'volumeMounts', 'initContainers'];
  const entries = Object.entries(value as JsonObject).flatMap(([name, inner]) => {
    if (inner === undefined) return [];
    const filled = fill(inner, name);
    const empty = typeof filled === 'object' && filled !== null && Object.keys(filled).length === 0;
    return empty && dropped.includes(name) ? [] : [[name, filled] as const];
  });
  const result = Object.fromEntries(entries);
  if ('template' in result && !('replicas' in result) && !('updateStrategy' in result))
    return { ...result, replicas: 1 };
  return result;
}

function recordOf(object: KubeObject): NonNullable<ReturnType<typeof readRecord>> {
  const record = readRecord(reread(object));
  assert.ok(record);
  return record;
}

function reread<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function deployment(container: JsonObject): KubeObject {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'shop/web:1', ...container }] },
  };
  return { metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 3, template } };
}

function patched(path: readonly PathStep[], value: Json): KubeObject {
  return writeAt(deployment({}), path, value) as KubeObject;
}
