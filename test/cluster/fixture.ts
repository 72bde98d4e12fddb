import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from '../machine/until.ts';
import { contextName } from './place.ts';
import { programFolders } from './programs.ts';

/** One rule of RBAC, as in a Role. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A namespace made for one test. */
export interface TestNamespace {
  readonly name: string;
  /** Deletes it with all that is in it; does not wait for the end of its pods. */
  dispose(): Promise<void>;
}

/** A cluster as tests see it: a kubeconfig, kubectl, and things that are taken away again. */
export interface TestCluster {
  readonly kubeconfig: string;
  readonly context: string;
  /** Whether it is the embedded one, which alone can be broken on purpose. */
  readonly embedded: boolean;
  /** The kubectl that goes with it. */
  readonly program: string;
  /** Runs kubectl and gives its output; throws with what it said when it fails. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  /** Applies objects, each in the given namespace unless it names one. */
  apply(namespace: string, ...objects: readonly unknown[]): Promise<void>;
  /** A namespace of a unique name in which pods can start at once. `quota` is the `hard` part of a ResourceQuota. */
  createNamespace(options?: {
    podSecurity?: 'privileged' | 'baseline' | 'restricted';
    labels?: Readonly<Record<string, string>>;
    quota?: Readonly<Record<string, string>>;
  }): Promise<TestNamespace>;
  /** The runtime's id of a container that was started, for `killContainer`; init containers included. */
  containerId(namespace: string, pod: string, container: string): Promise<string>;
  /** A kubeconfig file for a new service account that has these rights in this namespace and no others. */
  restrictedKubeconfig(namespace: string, rules: readonly RbacRule[]): Promise<string>;
  /** Removes the files that were made; namespaces are disposed by whoever made them. */
  dispose(): void;
}

/**
 * The cluster that the test runner named by PODLOOP_KUBECONFIG and PODLOOP_CONTEXT. Throws when there is none: start the
 * tests by `npm run test:cluster`.
 */
export async function connectTestCluster(): Promise<TestCluster> {
  const { PODLOOP_KUBECONFIG: kubeconfig, PODLOOP_CONTEXT: context } = process.env;
  if (kubeconfig === undefined || context === undefined) {
    throw new Error('No cluster is named. Run `npm run test:cluster -- FILE`, which starts one.');
  }
  const embedded = context === contextName;
  const program = embedded ? path.join((await programFolders()).kubernetes ?? '', 'kubectl') : 'kubectl';
  const files = mkdtempSync(path.join(tmpdir(), 'podloop-cluster-'));

  const kubectl = async (args: readonly string[], stdin?: string): Promise<string> => {
    const all = ['--kubeconfig', kubeconfig, '--context', context, ...args];
    const running = promisify(execFile)(program, all, { maxBuffer: 64 * 1024 * 1024 });
    running.child.stdin?.end(stdin);
    const { stdout } = await running;
    return stdout;
  };
  const apply = async (namespace: string, ...objects: readonly unknown[]): Promise<void> => {
    await kubectl(
      ['apply', '--namespace', namespace, '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    );
  };

  return {
    kubeconfig,
    context,
    embedded,
    program,
    kubectl,
    apply,
    async createNamespace({ podSecurity, labels = {}, quota } = {}) {
      const name = `test-${randomBytes(4).toString('hex')}`;
      const enforced = podSecurity === undefined ? {} : { 'pod-security.kubernetes.io/enforce': podSecurity };
      await apply('default', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { ...labels, ...enforced } },
      });
      if (quota !== undefined) {
        await apply(name, {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'quota' },
          spec: { hard: quota },
        });
        await kubectl(['wait', '--for=jsonpath={.status.hard}', 'resourcequota/quota', '-n', name, '--timeout=30s']);
      }
      await until('the default service account is there', async () => {
        const found = await kubectl([
          'get',
          'serviceaccount',
          'default',
          '-n',
          name,
          '--ignore-not-found',
          '-o',
          'name',
        ]);
        return found !== '';
      });
      return {
        name,
        async dispose() {
          await kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
          // Nothing can put pods back into a namespace that is ending, so killing them at once is the end of them.
          const atOnce = ['--force', '--grace-period=0', '--wait=false'];
          await kubectl(['delete', 'pods', '--all', '--namespace', name, ...atOnce]);
        },
      };
    },
    async containerId(namespace, pod, container) {
      const text = await kubectl(['get', 'pod', pod, '--namespace', namespace, '-o', 'json']);
      const { status } = JSON.parse(text) as { status: Record<string, unknown> };
      const lists = [status.containerStatuses, status.initContainerStatuses, status.ephemeralContainerStatuses];
      const all = lists.flatMap((list) => (list ?? []) as readonly { name: string; containerID?: string }[]);
      const id = all.find(({ name }) => name === container)?.containerID;
      if (id === undefined) throw new Error(`Container ${container} of pod ${pod} was not started.`);
      return id;
    },
    async restrictedKubeconfig(namespace, rules) {
      const name = `few-rights-${randomBytes(3).toString('hex')}`;
      const subject = { kind: 'ServiceAccount', name, namespace };
      const group = 'rbac.authorization.k8s.io';
      await apply(
        namespace,
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
        { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name }, rules },
        {
          apiVersion: `${group}/v1`,
          kind: 'RoleBinding',
          metadata: { name },
          roleRef: { apiGroup: group, kind: 'Role', name },
          subjects: [subject],
        },
      );
      const token = (await kubectl(['create', 'token', name, '-n', namespace])).trim();
      const view = JSON.parse(await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
        clusters: readonly unknown[];
        contexts: readonly { context: { cluster: string } }[];
      };
      const cluster = view.contexts[0]?.context.cluster;
      const file = path.join(files, `${name}.kubeconfig`);
      const made = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: view.clusters,
        users: [{ name, user: { token } }],
        contexts: [{ name: context, context: { cluster, user: name, namespace } }],
        'current-context': context,
      };
      writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
      return file;
    },
    dispose() {
      rmSync(files, { recursive: true, force: true });
    },
  };
}
