import { UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { LocalPath } from '../../base/paths.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { describeRef, type KubeObject } from '../../cluster/core/objects.ts';
import { readWorkload, type TemplateContainer, workloadKinds } from '../../cluster/core/workloads.ts';
import type { ConfigEntry } from '../../config/configSchema.ts';
import type { DevConfig, Language } from '../../config/devConfig.ts';
import { detectProject } from '../../config/detectProject.ts';
import { resolveConfig, type ResolvedConfig } from '../../config/resolveConfig.ts';
import { resolveShape } from '../../config/resolveShape.ts';
import { imageChoices, imageProblem, languageName } from '../../present/imageChoices.ts';
import { workloadRef } from '../../session/openSession.ts';
import type { StartRequest } from '../../session/sessionDeps.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { Choice, Memory } from '../memory.ts';
import { ask, pick } from '../prompts/pick.ts';
import { chooseWhatToSync } from './chooseWhatToSync.ts';
import { findFolder } from './findFolders.ts';
import { readConfigEntry, readProject } from './projectFolder.ts';

/** What is known before anything is asked. */
export interface Preparation {
  readonly workload: WorkloadId;
  readonly object: KubeObject;
  /** Whether the choices of the last time count. */
  readonly useMemory: boolean;
}

/** What Start Develop goes on with, and what is worth remembering once it has worked. */
export interface PreparedStart {
  readonly request: StartRequest;
  readonly choice: Choice;
}

/** Finds out what Start Develop needs, and asks only for what cannot be known. */
export async function prepareStart(
  { workload, object, useMemory }: Preparation,
  deps: { readonly memory: Memory; readonly scheduler: Scheduler; readonly log: Log },
): Promise<PreparedStart> {
  const title = `Start Develop: ${workload.name}`;
  const remembered = useMemory ? deps.memory.choice(workload) : undefined;
  const container = await chooseContainer(workload, object, { title, remembered });
  const folder = await findFolder({ workload: workload.name, remembered: remembered?.folder, title }, deps.log);
  const entry = await readConfigEntry(folder, workload.name, container.name);
  const resolved = await resolve(folder, container, entry);
  const chosen = decidedImage(entry, resolved, remembered) ?? (await chooseImage(title, resolved, container));
  const config: DevConfig = { ...resolved, image: chosen };
  if (remembered?.folder !== folder) await chooseWhatToSync({ folder, ignore: config.ignore, title }, deps);
  const choice = { container: container.name, folder, ...(entry?.image === undefined ? { image: chosen } : {}) };
  const shape = resolveShape(entry);
  return { request: { workload, container: container.name, folder, config, shape }, choice };
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

async function resolve(
  folder: LocalPath,
  container: TemplateContainer,
  entry: ConfigEntry | undefined,
): Promise<ResolvedConfig> {
  const ports = container.ports.filter(({ protocol }) => protocol === 'TCP').map(({ number }) => number);
  const detected = detectProject(await readProject(folder), ports[0], entry?.language);
  return resolveConfig(entry, detected, { ports, workingDir: container.workingDir });
}

/** A config file decides as a whole, so that everybody who uses it gets the same. */
function decidedImage(
  entry: ConfigEntry | undefined,
  resolved: ResolvedConfig,
  remembered: Choice | undefined,
): string | undefined {
  return entry === undefined ? remembered?.image : resolved.image;
}

async function chooseContainer(
  workload: WorkloadId,
  object: KubeObject,
  { title, remembered }: { readonly title: string; readonly remembered: Choice | undefined },
): Promise<TemplateContainer> {
  const kind = workloadKinds.find(({ type }) => type.kind === workload.kind);
  const containers = kind === undefined ? [] : readWorkload(kind, object).containers.filter(({ init }) => !init);
  const [first, ...others] = containers;
  if (first === undefined) throw new Error(`${workload.kind} ${workload.name} has no containers`);
  if (others.length === 0) return first;
  const known = containers.find(({ name }) => name === remembered?.container);
  if (known !== undefined) return known;
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
