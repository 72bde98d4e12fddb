import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import type { KubeObject } from '../../../src/cluster/core/objects.ts';
import { developableKind } from '../../../src/devmode/core/developableKinds.ts';
import { mountsBelow } from '../../../src/devmode/core/mountsBelow.ts';
import { rolloutState } from '../../../src/devmode/core/rolloutState.ts';
import { patchBetween } from '../../../src/devmode/patchBetween.ts';
import { webRef } from './devSpecs.ts';

describe('rolloutState', () => {
  const done = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const late = { conditions: [{ type: 'Progressing', status: 'False' }] };
  const cases: readonly { name: string; spec?: JsonObject; status: JsonObject; kind: string }[] = [
    { name: 'done', status: done, kind: 'complete' },
    { name: 'no pods wanted', spec: { replicas: 0 }, status: { observedGeneration: 3 }, kind: 'complete' },
    { name: 'not seen by the controller', status: { ...done, observedGeneration: 2 }, kind: 'underWay' },
    { name: 'old pods left', status: { ...done, replicas: 3 }, kind: 'underWay' },
    { name: 'not all available', status: { ...done, availableReplicas: 1 }, kind: 'underWay' },
    { name: 'past the deadline', status: { ...done, availableReplicas: 1, ...late }, kind: 'stuck' },
    { name: 'past the deadline once, done now', status: { ...done, ...late }, kind: 'complete' },
    { name: 'paused', spec: { paused: true }, status: done, kind: 'stuck' },
  ];
  for (const { name, spec, status, kind } of cases) {
    it(name, () => {
      const workload: KubeObject = { metadata: { name: 'web', generation: 3 }, spec: { replicas: 2, ...spec }, status };
      assert.equal(rolloutState(developableKind(webRef), workload).kind, kind);
    });
  }
});

describe('mountsBelow', () => {
  it('finds the mounts that sync must leave alone', () => {
    const volumeMounts = ['/app', '/app/config', '/app/node_modules/', '/application', '/data'].map((mountPath) => ({
      name: 'v',
      mountPath,
    }));
    const podSpec = {
      containers: [
        { name: 'web', volumeMounts },
        { name: 'proxy', volumeMounts: [{ mountPath: '/app/x' }] },
      ],
    };
    assert.deepEqual(mountsBelow(podSpec, 'web', '/app'), ['config', 'node_modules']);
  });
});

describe('patchBetween', () => {
  it('names what changed, with the version that was read as precondition', () => {
    const before: KubeObject = {
      metadata: { name: 'web', resourceVersion: '7', annotations: { 'a/b~c': '1' } },
      spec: { replicas: 3, list: [1, 2], gone: {} },
    };
    const after: KubeObject = {
      metadata: { name: 'web', resourceVersion: '7', annotations: { 'a/b~c': '2' } },
      spec: { replicas: 3, list: [2], added: { x: 1 } },
    };
    assert.deepEqual(patchBetween(before, after), [
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'replace', path: '/metadata/annotations/a~1b~0c', value: '2' },
      { op: 'replace', path: '/spec/list', value: [2] },
      { op: 'remove', path: '/spec/gone' },
      { op: 'add', path: '/spec/added', value: { x: 1 } },
    ]);
  });
});
