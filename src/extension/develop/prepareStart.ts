import { UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { LocalPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { describeRef, type KubeObject } from '../../cluster/core/objects.ts';
import { kindOfId, readWorkload, type TemplateContainer } from '../../cluster/core/workloads.ts';
import type { ConfigLayer } from '../../config/configLayers.ts';
import type { Language } from '../../config/devConfig.ts';
import type { EffectiveField } from '../../config/effectiveConfig.ts';
import type { ResolvedConfig } from '../../config/resolveConfig.ts';
import { sourceText } from '../../present/effectiveConfigText.ts';
import { imageChoices, imageProblem, languageName } from '../../present/imageChoices.ts';
import { type ContainerConfig, readContainerConfig } from '../../session/containerConfig.ts';
import { workloadRef } from '../../session/openSession.ts';
import type { StartRequest } from '../../session/sessionDeps.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { Choice, Memory } from '../memory.ts';
import { ask, pick } from '../prompts/pick.ts';
import type { Settings } from '../settings.ts';
import { chooseWhatToSync } from './chooseWhatToSync.ts';
import { findFolder } from './findFolders.ts';

/** What is known before anything is asked. */
export interface Preparation {
  readonly workload: WorkloadId;
  readonly object: KubeObject;
  readonly cluster: Cluster;
  /** Whether the choices of the last time count. */
  readonly useMemory: boolean;
  /** Title of the questions. */
  readonly title: string;
  /** Known already, and not to be asked for. */
  readonly container?: string;
  readonly folder?: LocalPath;
}

/** What preparing takes from the window. */
export interface PrepareDeps {
  readonly memory: Memory;
  readonly settings: Settings;
  readonly log: Log;
}

/** A container, its folder, and how it is developed. */
export interface PreparedConfig extends ContainerConfig {
  readonly container: TemplateContainer;
  readonly folder: LocalPath;
}

/** What Start Develop goes on with, and what is worth remembering once it has worked. */
export interface PreparedStart {
  readonly request: StartRequest;
  readonly choice: Choice;
  readonly layers: readonly ConfigLayer[];
}

/** Finds out what Start Develop needs, and asks only for what cannot be known. */
export async function prepareStart(
  preparation: Preparation,
  deps: PrepareDeps & { readonly scheduler: Scheduler },
): Promise<PreparedStart> {
  const { workload, title } = preparation;
  const { container, folder, layers, effective } = await prepareConfig(preparation, deps);
  const { config: resolved, shape, fields, isShared } = effective;
  const isDecided = isShared || fields.some(({ field, origin }) => field === 'image' && isDecision(origin));
  const image = (isDecided ? resolved.image : undefined) ?? (await chooseImage(title, resolved, container));
  const isConfigured = fields.some(({ field, origin }) => field === 'image' && typeof origin !== 'string');
  const choice = { container: container.name, folder, ...(isConfigured ? {} : { image }) };
  const config = { ...resolved, image };
  const before = preparation.useMemory ? deps.memory.choice(workload)?.folder : undefined;
  if (before !== folder) await chooseWhatToSync({ folder, ignore: config.ignore, title }, deps);
  return { request: { workload, container: container.name, folder, config, shape }, choice, layers };
}

/** Finds out what is developed from where, and reads all that says how. */
export async function prepareConfig(
  { workload, object, cluster, useMemory, title, ...known }: Preparation,
  { memory, settings, log }: PrepareDeps,
): Promise<PreparedConfig> {
  const remembered = useMemory ? memory.choice(workload) : undefined;
  const container = await chooseContainer(workload, object, { title, known: known.container ?? remembered?.container });
  const question = { workload: workload.name, remembered: remembered?.folder, title };
  const folder = known.folder ?? (await findFolder(question, log));
  const config = await readContainerConfig({
    kind: workload.kind,
    workload: workload.name,
    container,
    folder,
    object,
    cluster,
    defaults: settings.defaults,
    variables: process.env,
    rememberedImage: remembered?.image,
    signal: AbortSignal.timeout(30_000),
  });
  for (const { source, notes } of config.layers) {
    for (const note of notes) log.warn(`Not used of ${sourceText(source)}: ${note}`);
  }
  return { ...config, container, folder };
}

/** The object of a workload. Throws `UserError` `workload.gone` when there is none. */
export async function fetchWorkload(cluster: Cluster, workload: WorkloadId, signal: AbortSignal): Promise<KubeObject> {
  const ref = workloadRef(workload);
  const object = await cluster.get(ref, signal);
  if (object !== undefined) return object;
  throw new UserError({
    code: 'workload.gone',
    message: `${describeRef(ref)} does not exist any more.`,
    next: 'Refresh the clusters view and choose another one.',
  });
}

/** Whether a source or the user themselves said so; the default of a language is only a proposal. */
function isDecision(origin: EffectiveField['origin']): boolean {
  return typeof origin !== 'string' || origin === 'chosen';
}

async function chooseContainer(
  workload: WorkloadId,
  object: KubeObject,
  { title, known }: { readonly title: string; readonly known: string | undefined },
): Promise<TemplateContainer> {
  const kind = kindOfId(workload.kind);
  const containers = kind === undefined ? [] : readWorkload(kind, object).containers.filter(({ init }) => !init);
  const [first, ...others] = containers;
  if (first === undefined) throw new Error(`${workload.kind} ${workload.name} has no containers`);
  if (others.length === 0) return first;
  const chosen = containers.find(({ name }) => name === known);
  if (chosen !== undefined) return chosen;
  const options = containers.map((container) => ({
    label: `$(package) ${container.name}`,
    description: container.image,
    value: container,
  }));
  return pick(title, 'Container to develop', options);
}

async function chooseImage(title: string, resolved: ResolvedConfig, container: TemplateContainer): Promise<string> {
  const choices = imageChoices(resolved.language, container.image);
  const chosen = await pick(
    title,
    imageQuestion(container.name, resolved),
    choices.map(({ image, label, description }) => ({ label, description: description ?? '', value: { image } })),
  );
  if (chosen.image !== undefined) return chosen.image;
  const text = await ask({
    title,
    prompt: `Dev image for container ${container.name}; it needs a shell and the tools to run your code`,
    placeHolder: 'registry.example.com/team/dev:1',
    problem: imageProblem,
  });
  return text.trim();
}

function imageQuestion(container: string, { language, run }: ResolvedConfig): string {
  const facts = [describeLanguage(language), run === undefined ? undefined : `runs ${run}`];
  const known = facts.filter((fact) => fact !== undefined).join(', ');
  return `Dev image for container ${container}${known === '' ? '' : ` (${known})`}`;
}

function describeLanguage(language: Language | undefined): string | undefined {
  return language === undefined ? undefined : languageName(language);
}
