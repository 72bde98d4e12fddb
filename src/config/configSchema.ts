import { z } from 'zod';
import type { Json } from '../base/json.ts';
import { remotePath } from '../base/paths.ts';
import { languages, type PortMapping } from './devConfig.ts';

const port = z.int('must be a port number').min(1, 'must be 1 or more').max(65_535, 'must be 65535 or less');

const portText = z
  .string()
  .regex(/^(\d{0,5}:)?\d{1,5}$/, 'must be written as 8080, 3000:8080 (local:remote) or :8080 (any free local port)')
  .transform((text): PortMapping => {
    const [first = '', second] = text.split(':');
    return second === undefined ? samePort(Number(first)) : { local: Number(first), remote: Number(second) };
  })
  .refine(({ local, remote }) => remote >= 1 && Math.max(local, remote) <= 65_535, 'must be 65535 or less');

const portMapping = z
  .union([port.transform(samePort), portText], 'must be a port number or a text such as "3000:8080"')
  .meta({ description: 'A port of the pod offered on this machine: 8080, "3000:8080" (local:remote) or ":8080".' });

const workDir = z
  .string()
  .regex(/^\/[^:\0]*[^/:\0]/, 'must be an absolute folder of its own, such as /app')
  .transform((text) => remotePath(text.replace(/\/+$/, '')));

const shell = z.union(
  [
    z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .transform((text) => text.split(/\s+/)),
    z.array(z.string()).min(1, 'must not be empty'),
  ],
  'must be a command such as bash',
);

const variableName = z.string().regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/, 'must be the name of an environment variable');
const variableValue = z.union([z.string(), z.int().transform(String), z.boolean().transform(String)], {
  error: 'must be a text; put it in quotes',
});

/** Settings for the containers that `workload` and `container` choose. */
const entrySchema = z.strictObject({
  workload: z.string().optional().meta({ description: 'Name of the workload this is for; any when absent.' }),
  container: z.string().optional().meta({ description: 'Name of the container this is for; any when absent.' }),
  image: z.string().min(1).optional().meta({ description: 'Image of the dev container.' }),
  language: z.enum(languages).optional().meta({ description: 'Decides dev image and debugger; detected when absent.' }),
  workDir: workDir.optional().meta({ description: 'Where the folder appears in the dev container. Default: /app.' }),
  shell: shell.optional().meta({ description: 'Shell of terminals. Default: bash, or sh where there is none.' }),
  run: z.string().min(1).optional().meta({ description: 'Command line of Run, as for sh -c.' }),
  debug: z.string().min(1).optional().meta({ description: 'Command line of Debug; made from run when absent.' }),
  debugPort: port.optional().meta({ description: 'Port of the debug server in the pod.' }),
  restartOnSync: z.boolean().optional().meta({ description: 'Run starts again after each batch of synced changes.' }),
  ports: z.array(portMapping).optional().meta({ description: 'Ports offered on this machine.' }),
  ignore: z.array(z.string()).optional().meta({ description: 'More ignore patterns, as in .gitignore.' }),
  env: z.record(variableName, variableValue).optional().meta({ description: 'Environment of the dev container.' }),
});

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

/** One entry of the file: what is absent is left to detection and defaults. */
export type ConfigEntry = z.output<typeof entrySchema>;
/** The file, understood. */
export type ConfigFile = z.output<typeof configSchema>;

/** JSON Schema (draft 7, which editors know best) of the file as people write it, for editors. */
export function configJsonSchema(): Json {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  // A JSON Schema is JSON; the round trip proves it.
  return JSON.parse(JSON.stringify({ ...schema, title: 'Podloop' })) as Json;
}

function samePort(number: number): PortMapping {
  return { remote: number, local: number };
}
