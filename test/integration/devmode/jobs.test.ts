import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../../src/base/json.ts';
import { endDevModeAnywhere } from '../../../src/session/openSession.ts';
import { until } from '../../machine/until.ts';
import { type KindBench, kindBench, podTemplate, wholeLoop } from './kindBench.ts';

describe('dev mode on what runs to its end', { timeout: 180_000, concurrency: 2 }, () => {
  let bench: KindBench;
  before(async () => {
    bench = await kindBench();
  });
  after(() => bench.dispose());

  it('suspends a CronJob, runs a Job of its template, and puts back exactly', async () => {
    const spec = {
      schedule: '*/1 * * * *',
      jobTemplate: { metadata: { labels: { team: 'shop' } }, spec: job('cron') },
    };
    await apply(bench, 'CronJob', 'cron', { ...spec, suspend: false });
    await wholeLoop(bench, 'CronJob', 'cron');
  });

  it('suspends a Job that runs, which goes on afterwards, and puts back exactly', async () => {
    await apply(bench, 'Job', 'run', { ...job('run'), completions: 2, completionMode: 'Indexed' });
    await untilActive(bench, 'run', '1');
    const session = await bench.start('Job', 'run');
    await untilActive(bench, 'run', '');
    await session.end(AbortSignal.timeout(60_000));
    await untilActive(bench, 'run', '1');
    await wholeLoop(bench, 'Job', 'run');
  });

  it('develops a Job that is done, and leaves it done', async () => {
    const done = podTemplate('done', { restartPolicy: 'Never' });
    const [web] = (done.spec as { containers: JsonObject[] }).containers;
    const template = { ...done, spec: { ...(done.spec as JsonObject), containers: [{ ...web, command: ['true'] }] } };
    await apply(bench, 'Job', 'done', { template });
    await bench.kubectl('wait', '--for=condition=complete', 'job/done', '--timeout=30s');
    await wholeLoop(bench, 'Job', 'done');
    await bench.kubectl('wait', '--for=condition=complete', 'job/done', '--timeout=1s');
  });

  it('respects that a CronJob was deleted meanwhile: what dev mode made goes with it', async () => {
    await apply(bench, 'CronJob', 'gone', { schedule: '0 0 1 1 *', jobTemplate: { spec: job('gone') } });
    const session = await bench.start('CronJob', 'gone');
    await bench.kubectl('delete', 'cronjob', 'gone');
    await until('the session learns of it', () => session.state.phase.kind === 'ended');
    const { workload } = bench.request('CronJob', 'gone');
    await endDevModeAnywhere(bench.machine('desktop'), workload, AbortSignal.timeout(30_000));
    await until('the Job is gone', async () => !(await bench.objects()).some((name) => name.includes('/gone')), 30_000);
  });
});

/** A Job's spec whose pod serves until it is told to end. */
function job(app: string): JsonObject {
  return { template: podTemplate(app, { restartPolicy: 'Never' }) };
}

async function apply(bench: KindBench, kind: string, name: string, spec: JsonObject): Promise<void> {
  const metadata = { name, annotations: { note: 'of its owner' } };
  await bench.test.apply(bench.namespace.name, { apiVersion: 'batch/v1', kind, metadata, spec });
}

async function untilActive(bench: KindBench, name: string, count: string): Promise<void> {
  const active = async (): Promise<string> => bench.kubectl('get', 'job', name, '-o', 'jsonpath={.status.active}');
  await until(`${count || 'no'} pod of ${name} is active`, async () => (await active()) === count, 30_000);
}
