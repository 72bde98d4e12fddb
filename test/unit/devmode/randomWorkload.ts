import type { Json, JsonObject } from '../../../src/base/json.ts';
import { apiVersionOf, type KubeObject, type ResourceType, types } from '../../../src/cluster/core/objects.ts';

/** Random numbers that replay from a seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new Error('Nothing to pick from');
    return chosen;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let index = result.length - 1; index > 0; index -= 1) {
      const other = this.below(index + 1);
      const [a, b] = [result[index], result[other]];
      if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a];
    }
    return result;
  }
}

/** A workload such as a server could hold, with fields in any order and any of them absent. */
export function randomWorkload(random: Random, type: ResourceType): KubeObject {
  const metadata = object(random, {
    name: 'web',
    namespace: 'shop',
    uid: 'a1',
    resourceVersion: '7',
    annotations: maybe(random, 0.7, () => texts(random, ['team', 'deployment.kubernetes.io/revision', 'a/b~c'])),
    labels: maybe(random, 0.7, () => texts(random, ['app', 'tier'])),
  });
  const template = object(random, {
    metadata: maybe(random, 0.9, () => templateMeta(random)),
    spec: podSpec(random),
  });
  if (type === types.job || type === types.cronJob) {
    return object(random, { ...head(type), metadata, spec: jobSpec(random, type, template) }) as KubeObject;
  }
  const spec = object(random, {
    replicas: maybe(random, 0.8, () => random.below(4)),
    selector: { matchLabels: { app: 'web' } },
    template,
    minReadySeconds: maybe(random, 0.2, () => 3),
    ...strategyOf(random, type),
  });
  return object(random, {
    ...head(type),
    metadata,
    spec,
    status: { replicas: 1, updatedReplicas: 1 },
  }) as KubeObject;
}

function head(type: ResourceType): JsonObject {
  return { apiVersion: apiVersionOf(type), kind: type.kind };
}

function jobSpec(random: Random, type: ResourceType, template: JsonObject): JsonObject {
  const suspend = maybe(random, 0.5, () => random.chance(0.5));
  const run = object(random, {
    parallelism: maybe(random, 0.5, () => 2),
    completionMode: maybe(random, 0.5, () => random.pick(['Indexed', 'NonIndexed'])),
    template,
  });
  if (type === types.job) return object(random, { ...run, suspend });
  const jobTemplate = object(random, { metadata: maybe(random, 0.5, () => templateMeta(random)), spec: run });
  return object(random, { schedule: '* * * * *', suspend, jobTemplate });
}

function strategyOf(random: Random, type: ResourceType): Readonly<Record<string, Json | undefined>> {
  const strategy = (...kinds: readonly string[]): Json | undefined =>
    maybe(random, 0.7, () =>
      object(random, {
        type: random.pick(kinds),
        rollingUpdate: maybe(random, 0.5, () => ({ partition: random.below(3) })),
      }),
    );
  if (type === types.deployment) return { strategy: strategy('Recreate', 'RollingUpdate') };
  if (type === types.replicaSet) return {};
  if (type.kind === 'Rollout') return { strategy: maybe(random, 0.8, () => rolloutStrategy(random)) };
  const retention = (): Json =>
    object(random, { whenScaled: random.pick(['Delete', 'Retain']), whenDeleted: random.pick(['Delete', 'Retain']) });
  return {
    updateStrategy: strategy('OnDelete', 'RollingUpdate'),
    persistentVolumeClaimRetentionPolicy: type === types.statefulSet ? maybe(random, 0.5, retention) : undefined,
    ...(type === types.daemonSet ? { replicas: undefined } : {}),
  };
}

function rolloutStrategy(random: Random): JsonObject {
  const steps = maybe(random, 0.5, () => [{ setWeight: 20 }, { pause: {} }]);
  const canary = (): Json => object(random, { steps, maxSurge: 1, analysis: maybe(random, 0.3, () => ({ args: [] })) });
  const blueGreen = (): Json =>
    object(random, { activeService: 'web', autoPromotionEnabled: maybe(random, 0.5, () => false) });
  return random.chance(0.5) ? { canary: canary() } : { blueGreen: blueGreen() };
}

function templateMeta(random: Random): JsonObject {
  return object(random, {
    labels: maybe(random, 0.9, () => texts(random, ['app', 'version'])),
    annotations: maybe(random, 0.4, () => ({ 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' })),
  });
}

function podSpec(random: Random): JsonObject {
  const names = random.shuffle(['web', 'proxy', 'logger']).slice(0, 1 + random.below(3));
  if (!names.includes('web')) names.splice(random.below(names.length + 1), 0, 'web');
  return object(random, {
    containers: names.map((name) => container(random, name)),
    initContainers: maybe(random, 0.4, () =>
      ['migrate', 'wait'].slice(random.below(3)).map((name) => container(random, name)),
    ),
    volumes: maybe(random, 0.6, () =>
      ['data', 'settings', 'cache'].slice(random.below(4)).map((name) => ({ name, emptyDir: {} })),
    ),
    securityContext: maybe(random, 0.7, () => securityContext(random)),
    serviceAccountName: maybe(random, 0.3, () => 'web'),
    hostNetwork: maybe(random, 0.1, () => true),
    terminationGracePeriodSeconds: maybe(random, 0.7, () => 30),
    restartPolicy: 'Always',
  });
}

function container(random: Random, name: string): JsonObject {
  const probe = (): Json => object(random, { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 + random.below(20) });
  return object(random, {
    name,
    image: random.pick(['shop/web:1', 'docker.io/podloop/dev-node:24']),
    imagePullPolicy: maybe(random, 0.8, () => random.pick(['Always', 'IfNotPresent', 'Never'])),
    command: maybe(random, 0.4, () => ['node', 'server.js']),
    args: maybe(random, 0.4, () => ['--port', '8080']),
    workingDir: maybe(random, 0.4, () => random.pick(['/app', '/srv'])),
    env: maybe(random, 0.6, () => environment(random)),
    envFrom: maybe(random, 0.2, () => [{ configMapRef: { name: 'settings' } }]),
    ports: maybe(random, 0.6, () => [{ containerPort: 8080, protocol: 'TCP' }]),
    volumeMounts: maybe(random, 0.6, () => mounts(random)),
    livenessProbe: maybe(random, 0.5, probe),
    readinessProbe: maybe(random, 0.5, probe),
    startupProbe: maybe(random, 0.3, probe),
    lifecycle: maybe(random, 0.3, () => ({ preStop: { exec: { command: ['sleep', '5'] } } })),
    resources: maybe(random, 0.8, () => random.pick([{}, { limits: { cpu: '1' } }])),
    securityContext: maybe(random, 0.5, () => securityContext(random)),
    stdin: maybe(random, 0.1, () => true),
    tty: maybe(random, 0.1, () => true),
  });
}

/** Names may repeat, as the server allows: the last one counts. */
function environment(random: Random): Json {
  return Array.from({ length: random.below(5) }, () => ({
    name: random.pick(['A', 'B', 'DEBUG', 'PORT']),
    value: String(random.below(3)),
  }));
}

function mounts(random: Random): Json {
  const paths = random.shuffle(['/app', '/app/', '/app/config', '/data', '/']).slice(0, random.below(5));
  return paths.map((mountPath) =>
    object(random, { name: random.pick(['data', 'settings']), mountPath, readOnly: maybe(random, 0.3, () => true) }),
  );
}

function securityContext(random: Random): JsonObject {
  return object(random, {
    runAsUser: maybe(random, 0.4, () => random.pick([0, 1001])),
    runAsGroup: maybe(random, 0.3, () => 1002),
    runAsNonRoot: maybe(random, 0.4, () => random.chance(0.5)),
    seLinuxOptions: maybe(random, 0.1, () => ({ level: 's0' })),
  });
}

function texts(random: Random, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    random
      .shuffle(keys)
      .slice(random.below(keys.length + 1))
      .map((key) => [key, 'x']),
  );
}

/** The object without its absent fields, in random order. */
function object(random: Random, fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(random.shuffle(Object.entries(fields).filter(([, value]) => value !== undefined)));
}

function maybe<T>(random: Random, probability: number, make: () => T): T | undefined {
  return random.chance(probability) ? make() : undefined;
}
