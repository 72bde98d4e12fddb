import type { TemplateContainer } from '../cluster/core/workloads.ts';
import { type ConfigLayer, mergeLayers } from '../config/configLayers.ts';
import { detectProject } from '../config/detectProject.ts';
import { type EffectiveConfig, effectiveConfig } from '../config/effectiveConfig.ts';
import { type ConfigQuestion, readConfigLayers } from './configSources.ts';
import { readProject } from './projectFolder.ts';

/** A container as its workload's object describes it, and what the user chose for it before. */
export interface ContainerQuestion extends Omit<ConfigQuestion, 'subject'> {
  readonly kind: string;
  readonly workload: string;
  readonly container: TemplateContainer;
  readonly rememberedImage: string | undefined;
}

/** How a container is developed, and who says so. */
export interface ContainerConfig {
  /** The strongest first. */
  readonly layers: readonly ConfigLayer[];
  readonly effective: EffectiveConfig;
}

/** Reads every source and the folder. Throws as `readConfigLayers` does. */
export async function readContainerConfig(question: ContainerQuestion): Promise<ContainerConfig> {
  const { container, folder, kind, workload, rememberedImage } = question;
  const subject = { kind, workload, container: container.name };
  const [layers, project] = await Promise.all([readConfigLayers({ ...question, subject }), readProject(folder)]);
  const ports = container.ports.filter(({ protocol }) => protocol === 'TCP').map(({ number }) => number);
  const detected = detectProject(project, ports[0], mergeLayers(layers).entry?.language);
  const facts = { ports, workingDir: container.workingDir };
  return { layers, effective: effectiveConfig(layers, { detected, facts, rememberedImage }) };
}
