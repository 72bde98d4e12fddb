import { z } from 'zod';
import type { Json, JsonObject } from '../base/json.ts';
import type { EnvFrom, EnvValue, InitRule, Mount, Resources, Rule } from './devShape.ts';
import { count, flag, objectName, port, quantity, remoteFolder, text } from './settingTypes.ts';

/** Settings of what the dev pod looks like, in the words of Kubernetes where it has them. */

const command = z.array(z.string(), 'must be a list of texts').min(1, 'must not be empty');
const portOrName = z.union([port, text], 'must be a port number or the name of a port');
const scheme = z.enum(['HTTP', 'HTTPS'], 'must be HTTP or HTTPS');

const actions = {
  exec: z.strictObject({ command }).optional(),
  httpGet: z
    .strictObject({
      path: text.optional(),
      port: portOrName,
      host: text.optional(),
      scheme: scheme.optional(),
      httpHeaders: z.array(z.strictObject({ name: text, value: z.string() })).optional(),
    })
    .optional(),
  tcpSocket: z.strictObject({ port: portOrName, host: text.optional() }).optional(),
};

const oneOf =
  (...names: readonly string[]) =>
  (value: object): boolean =>
    names.filter((name) => name in value).length === 1;

const probe = z
  .strictObject({
    ...actions,
    grpc: z.strictObject({ port, service: text.optional() }).optional(),
    initialDelaySeconds: count.optional(),
    timeoutSeconds: count.optional(),
    periodSeconds: count.optional(),
    successThreshold: count.optional(),
    failureThreshold: count.optional(),
    terminationGracePeriodSeconds: count.optional(),
  })
  .refine(oneOf('exec', 'httpGet', 'tcpSocket', 'grpc'), 'must hold one of exec, httpGet, tcpSocket and grpc');

const hook = z
  .strictObject({ ...actions, sleep: z.strictObject({ seconds: count }).optional() })
  .refine(oneOf('exec', 'httpGet', 'tcpSocket', 'sleep'), 'must hold one of exec, httpGet, tcpSocket and sleep');

/** `keep`, `remove`, or what takes its place. */
function rule(shape: z.ZodType<object>, what: string) {
  const message = `must be keep, remove or ${what}`;
  return z.union([shape, z.enum(['keep', 'remove'], message)], message).transform((value): Rule => toRule(value));
}

export const probes = z.strictObject({
  liveness: rule(probe, 'a probe').optional().meta({ description: 'Default: remove, as it would stop a breakpoint.' }),
  readiness: rule(probe, 'a probe').optional().meta({ description: 'Default: remove.' }),
  startup: rule(probe, 'a probe').optional().meta({ description: 'Default: remove.' }),
});

export const lifecycle = z.strictObject({
  postStart: rule(hook, 'a hook').optional().meta({ description: 'Default: remove.' }),
  preStop: rule(hook, 'a hook').optional().meta({ description: 'Default: remove.' }),
});

const profile = z.strictObject({
  type: z.enum(['RuntimeDefault', 'Unconfined', 'Localhost'], 'must be RuntimeDefault, Unconfined or Localhost'),
  localhostProfile: text.optional(),
});

export const securityContext = rule(
  z.strictObject({
    runAsUser: count.optional(),
    runAsGroup: count.optional(),
    runAsNonRoot: flag.optional(),
    readOnlyRootFilesystem: flag.optional(),
    allowPrivilegeEscalation: flag.optional(),
    privileged: flag.optional(),
    procMount: text.optional(),
    capabilities: z.strictObject({ add: z.array(text).optional(), drop: z.array(text).optional() }).optional(),
    seccompProfile: profile.optional(),
    appArmorProfile: profile.optional(),
    seLinuxOptions: z
      .strictObject({ user: text.optional(), role: text.optional(), type: text.optional(), level: text.optional() })
      .optional(),
  }),
  'a security context',
);

const quantities = z
  .record(text, quantity.nullable())
  .transform((values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? undefined])));

const resourcesShape = z
  .strictObject({ requests: quantities.optional(), limits: quantities.optional() })
  .transform(({ requests = {}, limits = {} }): Resources => ({ requests, limits }));

export const resources = z.union(
  [resourcesShape, z.enum(['keep', 'remove'], 'must be keep, remove or resources')],
  'must be keep, remove or resources',
);

export const sidecar = z.strictObject({ resources: resourcesShape.optional() });

const variableName = z.string().regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/, 'must be the name of an environment variable');
const keyReference = z
  .strictObject({
    secret: objectName.optional(),
    configMap: objectName.optional(),
    key: text,
    optional: flag.optional(),
  })
  .refine(oneOf('secret', 'configMap'), 'must name one Secret or ConfigMap')
  .transform(({ secret, configMap = '', key, optional = false }): EnvValue => {
    return secret === undefined
      ? { source: 'configMap', name: configMap, key, optional }
      : { source: 'secret', name: secret, key, optional };
  });

const variable = z.union(
  [
    z.string(),
    z.int().transform(String),
    z.boolean().transform(String),
    z.null().transform((): EnvValue => undefined),
    keyReference,
  ],
  'must be a text; put it in quotes',
);

export const env = z.record(variableName, variable);

const envFromEntry = z
  .strictObject({
    secret: objectName.optional(),
    configMap: objectName.optional(),
    prefix: z.string().optional(),
    optional: flag.optional(),
  })
  .refine(oneOf('secret', 'configMap'), 'must name one Secret or ConfigMap')
  .transform(({ secret, configMap = '', prefix = '', optional = false }): EnvFrom => {
    return secret === undefined
      ? { source: 'configMap', name: configMap, prefix, optional }
      : { source: 'secret', name: secret, prefix, optional };
  });

export const envFrom = z.array(envFromEntry);

const mount = z
  .strictObject({
    path: remoteFolder,
    configMap: objectName.optional(),
    secret: objectName.optional(),
    claim: objectName.optional().meta({ description: 'Name of an existing PersistentVolumeClaim.' }),
    emptyDir: z
      .strictObject({ medium: z.literal('Memory', 'must be Memory').optional(), sizeLimit: quantity.optional() })
      .optional(),
    remove: z
      .literal(true, 'must be true')
      .optional()
      .meta({ description: 'Leaves out what the workload mounts here.' }),
    subPath: text.optional(),
    readOnly: flag.optional(),
    optional: flag.optional(),
  })
  .refine(
    oneOf('configMap', 'secret', 'claim', 'emptyDir', 'remove'),
    'must hold one of configMap, secret, claim, emptyDir and remove',
  )
  .transform((value): Mount => {
    const { path, subPath = '', readOnly = false, optional = false } = value;
    return { path, subPath, readOnly, volume: volumeOf(value, optional) };
  });

export const mounts = z.array(mount);

export const tolerations = z.array(
  z
    .strictObject({
      key: text.optional(),
      operator: z.enum(['Exists', 'Equal', 'Lt', 'Gt'], 'must be Exists, Equal, Lt or Gt').optional(),
      value: z.string().optional(),
      effect: z
        .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], 'must be NoSchedule, PreferNoSchedule or NoExecute')
        .optional(),
      tolerationSeconds: z.int('must be a whole number').optional(),
    })
    .transform(toObject),
);

export const nodeSelector = z.record(text, z.string('must be a text; put it in quotes'));

const initRule = z
  .union(
    [
      z
        .strictObject({
          image: text.optional(),
          command: command.optional(),
          args: z.array(z.string()).optional(),
        })
        .transform(toObject),
      z.enum(['keep', 'skip'], 'must be keep, skip, or image, command and args'),
    ],
    'must be keep, skip, or image, command and args',
  )
  .transform((value): InitRule => value);

export const initContainers = z.union(
  [z.record(objectName, initRule), z.enum(['keep', 'skip'], 'must be keep, skip, or a rule by name')],
  'must be keep, skip, or a rule by name',
);

function volumeOf(
  value: {
    readonly configMap?: string | undefined;
    readonly secret?: string | undefined;
    readonly claim?: string | undefined;
    readonly emptyDir?: { readonly medium?: string | undefined; readonly sizeLimit?: string | undefined } | undefined;
  },
  optional: boolean,
): Mount['volume'] {
  if (value.configMap !== undefined) return { kind: 'configMap', name: value.configMap, optional };
  if (value.secret !== undefined) return { kind: 'secret', name: value.secret, optional };
  if (value.claim !== undefined) return { kind: 'claim', name: value.claim, optional: false };
  if (value.emptyDir === undefined) return { kind: 'none' };
  return { kind: 'empty', memory: value.emptyDir.medium === 'Memory', sizeLimit: value.emptyDir.sizeLimit };
}

function toRule(value: object | 'keep' | 'remove'): Rule {
  return typeof value === 'string' ? value : toObject(value);
}

/** What Zod gave is JSON, for its schema allows nothing else; fields that were left out are absent. */
function toObject(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
