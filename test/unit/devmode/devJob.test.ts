import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import { objectsField } from '../../../src/cluster/core/fields.ts';
import { types } from '../../../src/cluster/core/objects.ts';
import { devJob } from '../../../src/devmode/core/devJob.ts';
import { devSpec, webRef } from './devSpecs.ts';

describe('devJob', () => {
  const ref = { ...webRef, type: types.cronJob };
  const web = { name: 'web', image: 'shop/web:1', args: ['serve'] };
  const labels = { app: 'web', 'batch.kubernetes.io/job-name': 'web-1', 'controller-uid': 'u2' };
  const template = {
    metadata: { labels },
    spec: { restartPolicy: 'Never', activeDeadlineSeconds: 60, containers: [web] },
  };
  const job = {
    completions: 5,
    parallelism: 2,
    activeDeadlineSeconds: 9,
    ttlSecondsAfterFinished: 1,
    suspend: true,
    template,
  };

  it('is one pod of the template that nothing but the developer ends, and belongs to the workload', () => {
    const jobTemplate = { metadata: { labels: { team: 'shop' }, annotations: { note: 'a' } }, spec: job };
    const metadata = { name: 'web', namespace: 'shop', uid: 'u1' };
    const made = devJob(ref, { metadata, spec: { jobTemplate } }, devSpec());
    assert.deepEqual(made.metadata, {
      name: 'web-dev-7b0ff1f6',
      namespace: 'shop',
      labels: { team: 'shop', 'podloop.dev/session': devSpec().session },
      annotations: { note: 'a' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'web', uid: 'u1' }],
    });
    const { template: developed, ...rest } = made.spec as JsonObject;
    assert.deepEqual(rest, { parallelism: 1, completions: 1, backoffLimit: 1000 });
    const { metadata: own, spec } = developed as { metadata: JsonObject; spec: JsonObject };
    assert.deepEqual(own.labels, { app: 'web', 'podloop.dev/session': devSpec().session });
    assert.equal(spec.restartPolicy, 'OnFailure');
    assert.equal(spec.activeDeadlineSeconds, undefined);
    assert.equal(objectsField(spec.containers)[0]?.image, devSpec().image);
  });

  it('of a Job drops what the server wrote for the Job itself', () => {
    const metadata = { name: 'x'.repeat(63), uid: 'u1', labels, annotations: { applied: '{}' } };
    const made = devJob({ ...ref, type: types.job, name: metadata.name }, { metadata, spec: job }, devSpec());
    assert.equal(made.metadata.name.length, 63);
    assert.deepEqual(made.metadata.labels, { app: 'web', 'podloop.dev/session': devSpec().session });
    assert.equal(made.metadata.annotations, undefined);
  });
});
