import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { type KubeObject, type ResourceType, types } from '../../cluster/core/objects.ts';
import { readPod } from '../../cluster/core/pods.ts';
import { sidecarContainer } from '../../devmode/core/podObjects.ts';
import { podHealth } from '../../present/podFacts.ts';
import { podSelector } from '../../cluster/core/podSelector.ts';
import { kindOfGroup } from '../../present/workloadFacts.ts';
import { groupKinds } from '../../present/treeNode.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { ClusterPool } from '../clusterPool.ts';
import { pick } from '../prompts/pick.ts';
import { contextOf, nodeOf, podLogsOf, workloadOf } from '../subject.ts';
import { LogTerminal } from './logTerminal.ts';

/** One container whose log can be shown. */
interface LogSource {
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Lines shown of what was logged before. */
const tailLines = 1000;
const limit = 30_000;

/** Follows the log of the container that a command is about, or of one that is asked for, in a terminal. */
export async function showPodLogs(
  clusters: ClusterPool,
  subject: unknown,
  chooseWorkload: () => Promise<WorkloadId>,
): Promise<void> {
  const source = podLogsOf(subject) ?? (await sourceOf(clusters, subject, chooseWorkload));
  const { context, namespace, pod, container } = source;
  const cluster = await clusters.shared(context);
  const pty = new LogTerminal(`container ${container} of pod ${pod}`, (signal) =>
    cluster.logs({ namespace, pod, container, follow: true, tailLines }, signal),
  );
  const terminal = vscode.window.createTerminal({
    name: `Logs: ${pod}/${container}`,
    pty,
    iconPath: new vscode.ThemeIcon('list-flat'),
    isTransient: true,
  });
  terminal.show();
}

async function sourceOf(
  clusters: ClusterPool,
  subject: unknown,
  chooseWorkload: () => Promise<WorkloadId>,
): Promise<LogSource> {
  const node = nodeOf(subject);
  if (node?.kind === 'container') {
    return { context: node.owner.context, namespace: node.owner.namespace, pod: node.pod, container: node.container };
  }
  const workload = workloadOf(subject) ?? (await chooseWorkload());
  const context = contextOf(subject) ?? workload.context;
  const { namespace } = workload;
  const cluster = await clusters.shared(context);
  const list = async (type: ResourceType, scope: object): Promise<readonly KubeObject[]> =>
    (await cluster.list(type, { namespace, ...scope }, AbortSignal.timeout(limit))).items;
  const pods =
    node?.kind === 'pod'
      ? await list(types.pod, { fieldSelector: `metadata.name=${node.pod}` })
      : await list(types.pod, { labelSelector: await selectorOf(workload, list) });
  const pod = await choosePod(workload, pods);
  return { context, namespace, pod: pod.metadata.name, container: await chooseContainer(pod) };
}

async function selectorOf(
  { kind, name }: WorkloadId,
  list: (type: ResourceType, scope: object) => Promise<readonly KubeObject[]>,
): Promise<string> {
  const group = groupKinds.find((known) => known === kind);
  const [object] =
    group === undefined ? [] : await list(kindOfGroup(group).type, { fieldSelector: `metadata.name=${name}` });
  const selector = object === undefined ? undefined : podSelector(object);
  if (selector === undefined) throw noPodsError(`${kind} ${name}`);
  return selector;
}

async function choosePod({ kind, name }: WorkloadId, pods: readonly KubeObject[]): Promise<KubeObject> {
  const [first, ...others] = pods;
  if (first === undefined) throw noPodsError(`${kind} ${name}`);
  if (others.length === 0) return first;
  const options = pods.map((pod) => ({
    label: `$(vm) ${pod.metadata.name}`,
    description: podHealth(readPod(pod)).word,
    value: pod,
  }));
  return pick(`Pod Logs: ${name}`, 'Pod', options);
}

async function chooseContainer(pod: KubeObject): Promise<string> {
  const { name, containers } = readPod(pod);
  const usual = containers.filter((container) => !container.init && container.name !== sidecarContainer);
  const [only, ...others] = usual;
  if (only !== undefined && others.length === 0) return only.name;
  const options = containers.map((container) => ({
    label: `$(package) ${container.name}`,
    description: container.image,
    value: container.name,
  }));
  return pick(`Pod Logs: ${name}`, 'Container', options);
}

function noPodsError(of: string): UserError {
  return new UserError({
    code: 'logs.no-pods',
    message: `${of} has no pods, so there is no log.`,
    next: 'Check how many pods it is scaled to.',
  });
}
