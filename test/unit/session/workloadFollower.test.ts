import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import type { Cluster, LiveState } from '../../../src/cluster/cluster.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { recordAnnotation } from '../../../src/devmode/core/record.ts';
import { followWorkload } from '../../../src/session/workloadFollower.ts';

const ref = { type: types.deployment, namespace: 'shop', name: 'web' };

/** What following a workload comes to when its watch tells these states. */
function follow(states: readonly LiveState[]): { lost: string[]; warnings: string[] } {
  const lost: string[] = [];
  const warnings: string[] = [];
  const watch: Cluster['watch'] = (_type, _scope, listener) => {
    for (const state of states) listener(state);
    return { dispose() {} };
  };
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  followWorkload({ watch } as Cluster, ref, 'mine', { onLost: ({ code }) => lost.push(code), log });
  return { lost, warnings };
}

const workload = (record: string): LiveState => ({
  kind: 'live',
  items: [{ metadata: { name: 'web', annotations: { [recordAnnotation]: record } } }],
});

test('a record that cannot be read is logged and gives nothing up', () => {
  const { lost, warnings } = follow([workload('{"version":'), workload('{"version":99,"podloop":"9.0.0"}')]);
  assert.deepEqual(lost, []);
  assert.equal(warnings.length, 2);
});

test('a deleted workload is told once, a failed watch never', () => {
  const failed: LiveState = { kind: 'failed', error: new Error('away'), items: [] };
  const gone: LiveState = { kind: 'live', items: [] };
  assert.deepEqual(follow([failed, gone, gone]).lost, ['session.workload-deleted']);
});
