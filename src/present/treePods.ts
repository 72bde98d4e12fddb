import type { KubeObject } from '../cluster/core/objects.ts';
import { type Pod, type PodContainer, readPod } from '../cluster/core/pods.ts';
import { sidecarContainer } from '../devmode/core/podObjects.ts';
import { age, count } from './locale.ts';
import { code, escapeMarkdown, factSheet } from './markdown.ts';
import { containerHealth, type Health, podHealth } from './podFacts.ts';
import type { Listing } from './treeContexts.ts';
import { emptyNotice, errorNotice } from './treeNotices.ts';
import { nodeId, type PodNode, type WorkloadNode } from './treeNode.ts';
import type { RowIcon, TreeRow } from './treeRow.ts';

/** The pods of a workload by name; `now` is epoch milliseconds. */
export function podRows(owner: WorkloadNode, listing: Listing, now: number): readonly TreeRow[] {
  const place = { parent: nodeId(owner), context: owner.context };
  const rows = listing.items
    .map(readPod)
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((pod) => podRow({ kind: 'pod', owner, pod: pod.name }, pod, now));
  if (listing.kind === 'failed') return [errorNotice(place, listing.error), ...rows];
  return rows.length > 0 ? rows : [emptyNotice(place, 'No pods')];
}

/** The containers of a pod: those that serve first, init containers after them. */
export function containerRows(node: PodNode, pod: KubeObject): readonly TreeRow[] {
  const containers = readPod(pod).containers.toSorted((a, b) => Number(a.init) - Number(b.init));
  return containers.map((container) => containerRow(node, container));
}

function podRow(node: PodNode, pod: Pod, now: number): TreeRow {
  const health = podHealth(pod);
  const restarts = pod.containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const created = Date.parse(pod.created);
  const restarted = restarts === 0 ? undefined : count(restarts, 'restart');
  return {
    node,
    label: node.pod,
    description: [health.word, restarted].filter((part) => part !== undefined).join(' · '),
    icon: healthIcon(health, 'vm'),
    tooltip: factSheet(`Pod ${node.pod}`, [
      ['Status', escapeMarkdown(health.word)],
      ['Reason', health.message === undefined ? undefined : escapeMarkdown(health.message)],
      ['Containers', pod.containers.map(({ name }) => escapeMarkdown(name)).join(', ')],
      ['Node', pod.node === undefined ? undefined : escapeMarkdown(pod.node)],
      ['Restarts', restarts === 0 ? undefined : `${restarts}`],
      ['Age', Number.isNaN(created) ? undefined : age(now - created)],
    ]),
    accessibleLabel: [`Pod ${node.pod}`, health.word, restarted].filter((part) => part !== undefined).join(', '),
    expansion: 'collapsed',
    words: ['pod', health.kind],
    action: undefined,
  };
}

function containerRow({ owner, pod }: PodNode, container: PodContainer): TreeRow {
  const health = containerHealth(container);
  const role = container.init ? 'init' : container.name === sidecarContainer ? 'sync sidecar' : undefined;
  const description = [role, health.word].filter((part) => part !== undefined).join(' · ');
  return {
    node: { kind: 'container', owner, pod, container: container.name },
    label: container.name,
    description,
    icon: healthIcon(health, 'package'),
    tooltip: factSheet(`Container ${container.name}`, [
      ['Image', code(container.image)],
      ['Status', escapeMarkdown(health.word)],
      ['Reason', health.message === undefined ? undefined : escapeMarkdown(health.message)],
      ['Restarts', container.restartCount === 0 ? undefined : `${container.restartCount}`],
    ]),
    accessibleLabel: `Container ${container.name}, ${description.replaceAll(' · ', ', ')}`,
    expansion: 'none',
    words: ['container', health.kind],
    action: undefined,
  };
}

function healthIcon({ kind }: Health, id: string): RowIcon {
  switch (kind) {
    case 'good':
      return { id, color: 'testing.iconPassed' };
    case 'busy':
      return { id, color: 'list.warningForeground' };
    case 'bad':
      return { id: 'error', color: 'list.errorForeground' };
    case 'done':
      return { id: 'pass', color: 'disabledForeground' };
  }
}
