import { toError, UserError } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { types } from '../../cluster/core/objects.ts';
import { kindId } from '../../cluster/core/workloads.ts';
import { servedKinds } from '../../devmode/servedKinds.ts';
import { devMark, devModeText, type Viewer } from '../../present/devMark.ts';
import type { Locale } from '../../present/locale.ts';
import { namespaceProblem } from '../../present/messages.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { ClusterPool } from '../clusterPool.ts';
import type { Settings } from '../settings.ts';
import { ask, type Option, pick } from './pick.ts';

/** What the questions need. */
export interface WorkloadQuestionDeps {
  readonly clusters: ClusterPool;
  readonly settings: Settings;
  readonly viewer: () => Viewer;
  readonly now: () => number;
  readonly locale: Locale;
}

/** Which workloads are offered: all that can be developed, or those that are in dev mode. */
export type WorkloadFilter = 'developable' | 'developed';

const limit = 30_000;

/** Asks for a workload step by step: context, namespace, workload. What leaves no choice is not asked. */
export async function chooseWorkload(
  deps: WorkloadQuestionDeps,
  title: string,
  filter: WorkloadFilter,
): Promise<WorkloadId> {
  const context = await chooseContext(deps, title);
  const cluster = await deps.clusters.shared(context);
  const namespace = await chooseNamespace(deps, title, cluster);
  const options = workloadOptions(deps, { cluster, namespace, filter });
  return pick(`${title}: ${namespace}`, filter === 'developed' ? 'Workload in dev mode' : 'Workload', options);
}

/** Asks for a context; the only one is not asked for. */
export async function chooseContext(
  { clusters }: Pick<WorkloadQuestionDeps, 'clusters'>,
  title: string,
): Promise<string> {
  const { contexts } = await clusters.read();
  const [first, ...others] = contexts.toSorted((a, b) => Number(b.current) - Number(a.current));
  if (first === undefined) throw noContextError();
  if (others.length === 0) return first.name;
  const options = [first, ...others].map(({ name, current, server }) => ({
    label: name,
    description: current ? 'current' : '',
    detail: server,
    value: name,
  }));
  return pick(title, 'Kubernetes context', options);
}

async function chooseNamespace(deps: WorkloadQuestionDeps, title: string, cluster: Cluster): Promise<string> {
  const other = Symbol('other');
  const known = knownNamespaces(deps, cluster).then((names): readonly Option<string | symbol>[] => [
    ...names.map((name) => ({
      label: name,
      description: name === cluster.defaultNamespace ? 'default' : '',
      value: name,
    })),
    { label: 'Another namespace...', value: other },
  ]);
  const chosen = await pick(`${title}: ${cluster.context}`, 'Namespace', known);
  return typeof chosen === 'string' ? chosen : askNamespace(title);
}

/** Asks for the name of a namespace. */
export async function askNamespace(title: string): Promise<string> {
  const text = await ask({ title, prompt: 'Name of the namespace', problem: namespaceProblem });
  return text.trim();
}

/** The namespaces that may be listed; where that is forbidden, those that are known by name. */
async function knownNamespaces({ settings }: WorkloadQuestionDeps, cluster: Cluster): Promise<readonly string[]> {
  const named = [cluster.defaultNamespace, ...settings.namespaces(cluster.context)];
  try {
    const { items } = await cluster.list(types.namespace, {}, AbortSignal.timeout(limit));
    const listed = items.map(({ metadata }) => metadata.name).toSorted();
    return [...new Set([...named.filter((name) => listed.includes(name)), ...listed])];
  } catch (error) {
    if (error instanceof UserError && error.code === 'cluster.forbidden') return [...new Set(named)];
    throw error;
  }
}

async function workloadOptions(
  deps: WorkloadQuestionDeps,
  { cluster, namespace, filter }: { cluster: Cluster; namespace: string; filter: WorkloadFilter },
): Promise<readonly Option<WorkloadId>[]> {
  const lists = await Promise.allSettled(
    (await servedKinds(cluster, AbortSignal.timeout(limit))).map(async ({ type }) => {
      const { items } = await cluster.list(type, { namespace }, AbortSignal.timeout(limit));
      return items.map((item) => ({ kind: kindId(type), item }));
    }),
  );
  const found = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
  const refused = lists.find((list) => list.status === 'rejected');
  if (found.length === 0 && refused !== undefined) throw toError(refused.reason);
  const options = found.flatMap(({ kind, item }): readonly Option<WorkloadId>[] => {
    const { name } = item.metadata;
    const workload = { context: cluster.context, namespace, kind, name };
    const mark = devMark(workload, item, deps.viewer());
    if (filter === 'developed' && mark.kind === 'idle') return [];
    const description = [kind, devModeText(mark, deps.now(), deps.locale)].filter((part) => part !== undefined);
    return [{ label: name, description: description.join(' · '), value: workload }];
  });
  if (options.length === 0) throw nothingFound(namespace, filter);
  return options.toSorted((a, b) => a.label.localeCompare(b.label));
}

function nothingFound(namespace: string, filter: WorkloadFilter): Error {
  return new UserError({
    code: 'workload.none',
    message:
      filter === 'developed'
        ? `No workload in namespace ${namespace} is in dev mode.`
        : `Namespace ${namespace} has no workload that can be developed.`,
    next: 'Choose another namespace.',
    remedies: [{ kind: 'retry' }],
  });
}

function noContextError(): Error {
  return new UserError({
    code: 'cluster.no-contexts',
    message: 'No Kubernetes context is known.',
    next: 'Add a kubeconfig file, or set KUBECONFIG before VS Code starts.',
    remedies: [{ kind: 'addKubeconfig' }],
  });
}
