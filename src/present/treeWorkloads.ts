import type { KubeObject } from '../cluster/core/objects.ts';
import { developableKinds } from '../devmode/core/developableKinds.ts';
import { type DevMark, devMark, devModeText, sinceText, type Viewer } from './devMark.ts';
import type { Locale } from './locale.ts';
import { code, escapeMarkdown, factSheet } from './markdown.ts';
import { groupIcon, type Listing, noWorkloadsRow } from './treeContexts.ts';
import { errorNotice } from './treeNotices.ts';
import { nodeId, type WorkloadNode } from './treeNode.ts';
import type { RowIcon, TreeRow } from './treeRow.ts';
import { ownedBy, readOfGroup, workloadStatus, type WorkloadStatus } from './workloadFacts.ts';

/** What rows of workloads depend on besides the cluster. */
export interface WorkloadView extends Viewer {
  readonly now: number;
  readonly locale: Locale;
}

/** Where a list of workloads stands: a group of a namespace, or a CronJob with its Jobs. */
export type WorkloadPlace = Omit<WorkloadNode, 'kind' | 'name'>;

/** The workloads of one kind, by name; Jobs that a CronJob made stand below that CronJob. */
export function workloadRows(place: WorkloadPlace, listing: Listing, view: WorkloadView): readonly TreeRow[] {
  const items = place.group === 'Job' ? listing.items.filter((item) => !madeByCronJob(item)) : listing.items;
  const rows = items.map((item) => workloadRow(place, item, view)).toSorted(byLabel);
  if (listing.kind === 'failed') {
    const parent = nodeId({ ...place, kind: 'group' });
    return [errorNotice({ parent, context: place.context }, listing.error), ...rows];
  }
  return rows.length > 0 ? rows : [noWorkloadsRow(place.context, place.namespace, place.group)];
}

/** The Jobs of a CronJob, newest first. */
export function cronJobRows(
  cronJob: WorkloadNode,
  uid: string | undefined,
  listing: Listing,
  view: WorkloadView,
): readonly TreeRow[] {
  const place: WorkloadPlace = {
    context: cronJob.context,
    namespace: cronJob.namespace,
    group: 'Job',
    cronJob: cronJob.name,
  };
  const rows = listing.items
    .filter((item) => ownedBy(item, uid))
    .toSorted((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))
    .map((item) => workloadRow(place, item, view));
  if (listing.kind === 'live') return rows;
  return [errorNotice({ parent: nodeId(cronJob), context: cronJob.context }, listing.error), ...rows];
}

function workloadRow(place: WorkloadPlace, object: KubeObject, view: WorkloadView): TreeRow {
  const { name } = object.metadata;
  const node: WorkloadNode = { ...place, kind: 'workload', name };
  const { context, namespace, group: kind } = place;
  const mark = devMark({ context, namespace, kind, name }, object, view);
  const status = workloadStatus(place.group, object);
  const dev = devModeText(mark, view.now, view.locale);
  return {
    node,
    label: name,
    description: dev ?? status.short,
    icon: icon(place, mark, status),
    tooltip: tooltip(node, object, mark, status, view),
    accessibleLabel: [
      `${place.group} ${name}`,
      ...(dev === undefined ? [] : [dev.replaceAll(' · ', ', ')]),
      status.words,
    ].join(', '),
    expansion: 'collapsed',
    words: ['workload', place.group, ...devWords(place, mark)],
    action: undefined,
  };
}

function devWords(place: WorkloadPlace, mark: DevMark): readonly string[] {
  if (mark.kind === 'idle') return developableKinds.some(({ type }) => type.kind === place.group) ? ['idle'] : [];
  return mark.kind === 'starting' ? [] : ['developed', mark.kind];
}

function icon(place: WorkloadPlace, mark: DevMark, status: WorkloadStatus): RowIcon {
  switch (mark.kind) {
    case 'starting':
      return { id: 'loading~spin' };
    case 'here':
      return { id: 'code', color: 'charts.green' };
    case 'mine':
      return { id: 'code', color: 'charts.yellow' };
    case 'other':
      return { id: 'account', color: 'charts.blue' };
    case 'unreadable':
      return { id: 'question', color: 'list.warningForeground' };
    case 'idle':
      if (status.health === 'bad') return { id: 'error', color: 'list.errorForeground' };
      return { id: groupIcon(place.group), ...(status.health === 'busy' ? { color: 'list.warningForeground' } : {}) };
  }
}

function tooltip(
  node: WorkloadNode,
  object: KubeObject,
  mark: DevMark,
  status: WorkloadStatus,
  view: WorkloadView,
): string {
  const containers = readOfGroup(node.group, object)
    .containers.filter(({ init }) => !init)
    .map(({ name, image }) => `${escapeMarkdown(name)} (${code(image)})`);
  return factSheet(`${node.group} ${node.name}`, [
    ['Namespace', code(node.namespace)],
    ['Status', status.words],
    [containers.length === 1 ? 'Container' : 'Containers', containers.join(', ') || undefined],
    ...devFacts(mark, view),
  ]);
}

function devFacts(mark: DevMark, view: WorkloadView): readonly (readonly [string, string | undefined])[] {
  if (mark.kind === 'idle' || mark.kind === 'starting') return [];
  if (mark.kind === 'unreadable') return [['Dev mode', escapeMarkdown(mark.reason)]];
  const { developer, container, workDir } = mark.record;
  const whose = { here: 'in this window', mine: 'yours, not open in this window', other: undefined }[mark.kind];
  return [
    ['Dev mode', `since ${sinceText(mark.record, view.now, view.locale)}${whose === undefined ? '' : `, ${whose}`}`],
    ['Developer', escapeMarkdown(`${developer.user} on ${developer.host}`)],
    ['Dev container', `${escapeMarkdown(container)} at ${code(workDir)}`],
  ];
}

function madeByCronJob(job: KubeObject): boolean {
  return (job.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'CronJob');
}

function byLabel(a: TreeRow, b: TreeRow): number {
  return a.label.localeCompare(b.label);
}
