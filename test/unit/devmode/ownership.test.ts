import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import type { KubeObject } from '../../../src/cluster/core/objects.ts';
import { handBack, ownersOf } from '../../../src/devmode/core/ownership.ts';
import type { FieldOwner } from '../../../src/devmode/core/record.ts';

const name = 'k:{"name":"web"}';
const containers = (fields: JsonObject): JsonObject => ({ 'f:spec': { 'f:containers': { [name]: fields } } });
const kubectl = (fields: JsonObject): FieldOwner => ({
  manager: 'kubectl',
  operation: 'Apply',
  apiVersion: 'apps/v1',
  fieldsV1: fields,
});
const podloop = (fields: JsonObject): FieldOwner => ({ manager: 'podloop', operation: 'Update', fieldsV1: fields });
const controller: FieldOwner = {
  manager: 'kube-controller-manager',
  operation: 'Update',
  subresource: 'status',
  fieldsV1: { 'f:status': {} },
};
const written = podloop({ 'f:metadata': { 'f:annotations': { 'f:podloop.dev/record': {} } } });

function object(...managedFields: readonly FieldOwner[]): KubeObject {
  return { metadata: { name: 'web', managedFields } };
}

describe('handBack', () => {
  it('gives every field back to whoever owned it', () => {
    const before = kubectl(containers({ '.': {}, 'f:image': {}, 'f:command': {}, 'f:name': {} }));
    const entered = object(kubectl(containers({ '.': {}, 'f:name': {} })), written, controller);
    const restored = object(
      kubectl(containers({ '.': {}, 'f:name': {} })),
      podloop(containers({ 'f:image': {}, 'f:command': {} })),
      controller,
    );
    const { metadata } = handBack(entered, restored, ownersOf(object(before, controller))) ?? object();
    assert.deepEqual(metadata.managedFields, [before, controller]);
  });

  it('brings an owner back that had lost everything, and keeps what others own by now', () => {
    const other: FieldOwner = { manager: 'ci', operation: 'Update', fieldsV1: containers({ 'f:command': {} }) };
    const before = kubectl({ 'f:spec': { 'f:replicas': {} }, ...{} });
    const restored = object(other, podloop({ 'f:spec': { 'f:replicas': {} } }));
    const { metadata } = handBack(object(written), restored, [before]) ?? object();
    assert.deepEqual(metadata.managedFields, [before, other]);
  });

  it('leaves what the writer owned before', () => {
    const before = podloop({ 'f:spec': { 'f:replicas': {} } });
    const restored = object(controller, podloop({ 'f:spec': { 'f:replicas': {}, 'f:paused': {} } }));
    const { metadata } = handBack(object(written), restored, [before]) ?? object();
    assert.deepEqual(metadata.managedFields, [before, controller]);
  });

  it('has nothing to do where the server keeps no books', () => {
    assert.equal(handBack(object(), object(), []), undefined);
    assert.equal(handBack(object(written), object(podloop({ 'f:spec': {} })), []), undefined);
  });
});
