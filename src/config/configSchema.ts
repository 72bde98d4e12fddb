import { z } from 'zod';
import { languages, syncModes } from './devConfig.ts';
import * as pod from './podSettings.ts';
import { flag, objectName, port, portMapping, remoteFolder, shell, text } from './settingTypes.ts';

const sync = z.strictObject({
  mode: z
    .enum(syncModes)
    .optional()
    .meta({
      description:
        'push (default): the pod follows the folder, and what only the pod has stays. twoWay: each follows the other. ' +
        'mirror: the pod is made equal to the folder; what only the pod has goes to its trash.',
    }),
  pull: z
    .array(z.string().min(1, 'must not be empty'))
    .optional()
    .meta({
      description:
        'Patterns as in .gitignore: paths that come back from the pod although the mode is push, such as lock files ' +
        'and generated types.',
    }),
});

/** Settings for the containers that `workload` and `container` choose. */
export const entrySchema = z
  .strictObject({
    workload: z.string().optional().meta({ description: 'Name of the workload this is for; any when absent.' }),
    kind: z
      .string()
      .optional()
      .meta({ description: 'Kind of the workload this is for, such as Deployment; any when absent.' }),
    container: z.string().optional().meta({ description: 'Name of the container this is for; any when absent.' }),
    image: text.optional().meta({ description: 'Image of the dev container.' }),
    language: z
      .enum(languages)
      .optional()
      .meta({ description: 'Decides dev image and debugger; detected when absent.' }),
    workDir: remoteFolder
      .optional()
      .meta({ description: 'Where the folder appears in the dev container. Default: /app.' }),
    shell: shell.optional().meta({ description: 'Shell of terminals. Default: bash, or sh where there is none.' }),
    run: text.optional().meta({ description: 'Command line of Run, as for sh -c.' }),
    debug: text.optional().meta({ description: 'Command line of Debug; made from run when absent.' }),
    debugPort: port.optional().meta({ description: 'Port of the debug server in the pod.' }),
    restartOnSync: flag.optional().meta({ description: 'Run starts again after each batch of synced changes.' }),
    ports: z.array(portMapping).optional().meta({ description: 'Ports offered on this machine.' }),
    ignore: z.array(z.string()).optional().meta({ description: 'More ignore patterns, as in .gitignore.' }),
    sync: sync.optional().meta({ description: 'Which side follows which.' }),
    env: pod.env.optional().meta({
      description: 'Environment of the dev container: texts, null to unset, or { secret: name, key: key }.',
    }),
    envFrom: pod.envFrom.optional().meta({ description: 'ConfigMaps and Secrets whose keys become variables.' }),
    imagePullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'], 'must be Always, IfNotPresent or Never')
      .optional()
      .meta({ description: 'When the dev image is pulled. Default: IfNotPresent.' }),
    imagePullSecrets: z
      .array(objectName)
      .optional()
      .meta({ description: 'Secrets for the registry of the dev image.' }),
    resources: pod.resources.optional().meta({
      description: 'keep (the default), remove, or requests and limits that differ; null takes one away.',
    }),
    probes: pod.probes.optional().meta({ description: "Rules for the container's probes." }),
    lifecycle: pod.lifecycle.optional().meta({ description: "Rules for the container's lifecycle hooks." }),
    securityContext: pod.securityContext
      .optional()
      .meta({ description: 'keep (the default), remove, or the fields that differ.' }),
    mounts: pod.mounts.optional().meta({ description: 'Volumes mounted into the dev container, or left out.' }),
    tolerations: pod.tolerations.optional().meta({ description: "Added to the pod's own." }),
    nodeSelector: pod.nodeSelector.optional().meta({ description: "Labels of nodes, added to the pod's own." }),
    initContainers: pod.initContainers
      .optional()
      .meta({ description: 'keep (the default), skip, or a rule for each by name.' }),
    sidecar: pod.sidecar.optional().meta({ description: 'Settings of the sync sidecar.' }),
  })
  .meta({ id: 'entry' });

/** The whole of `.podloop/config.yaml`. */
export const configSchema = z.strictObject(
  {
    version: z.literal(1, 'must be 1').meta({ description: 'Version of this format.' }),
    containers: z
      .union(
        [z.array(entrySchema).min(1, 'must name at least one container'), entrySchema.transform((entry) => [entry])],
        'must be a list of entries, or one entry',
      )
      .meta({ description: 'What Start Develop uses, for all containers or for the named ones.' }),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'must hold version and containers' : undefined) },
);

/** One entry of the file: what is absent is left to weaker sources, detection and defaults. */
export type ConfigEntry = z.output<typeof entrySchema>;
/** What an entry can say, besides which containers it is for. */
export type ConfigField = Exclude<keyof ConfigEntry, 'workload' | 'kind' | 'container'>;
/** The file, understood. */
export type ConfigFile = z.output<typeof configSchema>;

const selectors: readonly string[] = ['workload', 'kind', 'container'];

/** Every field of an entry, in the order of the documentation. */
export const configFields: readonly ConfigField[] = Object.keys(entrySchema.shape).filter(
  (name): name is ConfigField => !selectors.includes(name),
);
