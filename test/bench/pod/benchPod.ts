import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { checkout } from '../../cluster/place.ts';
import type { TestCluster } from '../../cluster/fixture.ts';
import { endWithProcess } from '../../machine/endWithProcess.ts';
import { openBenchCluster } from '../../integration/session/sessionBench.ts';
import { type ContainerPlace, Lookout, putFile } from './lookout.ts';

export const benchImage = 'docker.io/podloop/bench:1';
const sidecarImage = 'docker.io/podloop/sidecar:0.1.0';

/** The containers of the pod: one per end that is measured, and the lookout, which is not. */
export type BenchContainer = 'lookout' | 'peers' | 'podloop-sidecar';

/** Where Podloop's sidecar listens, in the pod. */
export const sidecarPort = 41_234;

/** A pod in which all peers have their far ends, over one volume. */
export interface BenchPod extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly lookout: Lookout;
  readonly namespace: string;
  readonly pod: string;
  /** The token of Podloop's sidecar. */
  readonly token: string;
  readonly place: (container: BenchContainer) => ContainerPlace;
  /** The runtime's id of a container. */
  containerId(container: BenchContainer): Promise<string>;
}

/** The volume, in every container. */
export const volume = '/volume';
/** Where a profile of the sidecar is written when it ends. */
export const profileFolder = `${volume}/profile`;

/**
 * Starts a pod with an empty volume. The sidecar is the one that this checkout built, in the limits and with the rights
 * that it has in a session.
 */
export async function startBenchPod(test: TestCluster, pod: string, profile: boolean): Promise<BenchPod> {
  const namespace = await test.createNamespace();
  const interrupted = endWithProcess(() => {
    const where = ['--kubeconfig', test.kubeconfig, '--context', test.context];
    spawnSync(test.program, [...where, 'delete', 'namespace', namespace.name, '--wait=false'], { stdio: 'ignore' });
  });
  const token = randomBytes(24).toString('base64url');
  await test.apply(namespace.name, podObject(pod, token, profile));
  await test.kubectl(['wait', '--for=condition=Ready', `pod/${pod}`, '-n', namespace.name, '--timeout=120s']);
  const cluster = await openBenchCluster(test);
  const place = (container: BenchContainer): ContainerPlace => ({ namespace: namespace.name, pod, container });
  const program = readFileSync(path.join(checkout, '.local/bench/sidecar.cjs'));
  await putFile(cluster, place('lookout'), `${volume}/program/sidecar.cjs`, program);
  const lookout = await Lookout.open(cluster, place('lookout'), `${volume}/program`);
  return {
    cluster,
    lookout,
    namespace: namespace.name,
    pod,
    token,
    place,
    containerId: (container) => test.containerId(namespace.name, pod, container),
    async [Symbol.asyncDispose]() {
      lookout.close();
      cluster.dispose();
      await namespace.dispose();
      interrupted.dispose();
    },
  };
}

function podObject(name: string, token: string, profile: boolean): unknown {
  const volumeMounts = [{ name: 'volume', mountPath: volume }];
  const image = { image: benchImage, imagePullPolicy: 'IfNotPresent', volumeMounts };
  const profiled = profile ? `--cpu-prof --cpu-prof-dir=${profileFolder}` : '';
  const run = `until [ -f ${volume}/program/sidecar.cjs ]; do sleep 0.1; done; exec node ${profiled} ${volume}/program/sidecar.cjs`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsUser: 1000, runAsGroup: 1000 },
      volumes: [{ name: 'volume', emptyDir: {} }],
      containers: [
        { name: 'lookout', ...image, command: ['sleep', 'infinity'] },
        { name: 'peers', ...image, command: ['sleep', 'infinity'] },
        {
          name: 'podloop-sidecar',
          image: sidecarImage,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', run],
          env: [
            { name: 'PODLOOP_PORT', value: String(sidecarPort) },
            { name: 'PODLOOP_TOKEN_SHA256', value: createHash('sha256').update(token).digest('hex') },
            { name: 'PODLOOP_VOLUME', value: `${volume}/podloop` },
          ],
          volumeMounts,
          resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { cpu: '1', memory: '512Mi' } },
          securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        },
      ],
    },
  };
}
