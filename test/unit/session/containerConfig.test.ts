import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import type { Json } from '../../../src/base/json.ts';
import { localPath } from '../../../src/base/paths.ts';
import { type KubeObject, types } from '../../../src/cluster/core/objects.ts';
import { readWorkload, workloadKinds } from '../../../src/cluster/core/workloads.ts';
import { effectiveConfigText } from '../../../src/present/effectiveConfigText.ts';
import { type ContainerConfig, readContainerConfig } from '../../../src/session/containerConfig.ts';
import { FakeCluster } from '../../fakes/fakeCluster.ts';

interface World {
  readonly files?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly defaults?: Json;
  readonly rememberedImage?: string;
}

test('every value has its origin, and the document that says so is a config file itself', async (t) => {
  const { text, folder } = await show(t, {
    files: {
      'package.json': '{ "scripts": { "start": "node server.js" } }',
      '.podloop/config.yaml': [
        'version: 1',
        'containers:',
        '  - workload: cart',
        '    image: ${env:REGISTRY:-docker.io}/cart:dev',
        '    env: { STAGE: dev }',
        '',
      ].join('\n'),
    },
    annotations: {
      'podloop.dev/config':
        'version: 1\ncontainers: { env: { STAGE: shared, TRACE: "1" }, probes: { readiness: keep } }\n',
    },
    configMaps: {
      'podloop-config': { 'config.yaml': 'version: 1\ncontainers: { image: team/dev:1, shel: zsh }\n' },
    },
    defaults: { shell: 'zsh -l', img: 'x' },
  });
  assert.equal(
    text,
    `# What Podloop uses for container web of Deployment cart in namespace shop,
# with folder ${folder}.
#
# Sources, the strongest first; behind them come detection and defaults:
# 1. .podloop/config.yaml
# 2. annotation podloop.dev/config
# 3. ConfigMap podloop-config (cannot be used)
# 4. setting podloop.defaults (cannot be used)
#
# Not used:
# - ConfigMap podloop-config: line 2: shel is not a setting in containers.
# - setting podloop.defaults: img is not a setting in podloop.defaults.
version: 1
containers:
  - workload: cart
    container: web

    # .podloop/config.yaml, line 4
    image: eu.example.com/cart:dev

    # detected in the folder
    language: node

    # from the workload
    workDir: /srv/cart

    # default
    shell: bash

    # detected in the folder
    run: npm start

    # made from run
    debug: node --inspect=127.0.0.1:9229 server.js

    # default
    debugPort: 9229

    # default
    restartOnSync: true

    # from the workload
    ports:
      - :8080

    # default
    ignore: []

    # default
    sync:
      mode: push
      pull: []

    # .podloop/config.yaml, line 5, with annotation podloop.dev/config, line 2
    env:
      STAGE: dev
      TRACE: "1"

    # default
    envFrom: []

    # default
    imagePullPolicy: IfNotPresent

    # default
    imagePullSecrets: []

    # default
    resources: keep

    # annotation podloop.dev/config, line 2
    probes:
      liveness: remove
      readiness: keep
      startup: remove

    # default
    lifecycle:
      postStart: remove
      preStop: remove

    # default
    securityContext: keep

    # default
    mounts: []

    # default
    tolerations: []

    # default
    nodeSelector: {}

    # default
    initContainers: keep

    # default
    sidecar: {}
`,
  );
});

test('where nobody says anything, the user is asked for what cannot be known', async (t) => {
  const { config } = await show(t, {});
  assert.equal(config.effective.isShared, false);
  assert.deepEqual(
    config.layers.map(({ status }) => status),
    ['absent', 'absent', 'absent', 'absent'],
  );
  assert.equal(config.effective.fields.find(({ field }) => field === 'image')?.origin, 'unknown');
});

test('the image of the last time counts until somebody shares a config', async (t) => {
  const alone = await show(t, { rememberedImage: 'mine', defaults: { shell: 'zsh' } });
  assert.equal(alone.config.effective.config.image, 'mine');
  assert.deepEqual(alone.config.effective.config.shell, ['zsh']);
  const files = { '.podloop/config.yaml': 'version: 1\ncontainers: { language: python }\n' };
  const shared = await show(t, { rememberedImage: 'mine', files });
  assert.equal(shared.config.effective.config.image, 'docker.io/podloop/dev-python:3.13');
});

test('a file that cannot be used is an error that names the place', async (t) => {
  const files = { '.podloop/config.yaml': 'version: 1\ncontainers: { image: "x:${env:NOBODY_SETS_THIS}" }\n' };
  await assert.rejects(show(t, { files }), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, 'config.invalid');
    assert.match(error.message, /config\.yaml, line 2: containers\.image names the environment variable NOBODY_SETS/);
    return true;
  });
});

test('configs of Nocalhost count behind our own of the same place', async (t) => {
  const { config, text } = await show(t, {
    files: {
      '.nocalhost/config.yaml': 'name: cart\ncontainers: [{ dev: { workDir: /w, image: "${_INCLUDE_:-./image}" } }]\n',
      '.nocalhost/image': 'from/file:1\n',
    },
    annotations: {
      'dev.nocalhost': 'containers: [{ dev: { command: { run: ["${TOKEN:-run}"] }, gitUrl: x } }]',
      'dev.nocalhost/application-name': 'shop',
    },
    configMaps: {
      'dev.nocalhost.config.shop': {
        config: 'application: { services: [{ name: cart, containers: [{ dev: { shell: zsh, hotReload: true } }] }] }',
      },
    },
  });
  const { image, shell, run, workDir, restartOnSync } = config.effective.config;
  assert.deepEqual([image, shell, run, workDir, restartOnSync], ['from/file:1', ['zsh'], 'run', '/w', true]);
  assert.match(text, /# 2\. \.nocalhost\/config\.yaml\n/);
  assert.match(text, /- annotation dev\.nocalhost: containers\[0\]\.dev\.gitUrl is not used/);
  assert.match(text, /- ConfigMap dev\.nocalhost\.config\.shop: configProperties\.version is not set/);
});

test('nothing outside of the folder is read for a config in it', async (t) => {
  const outside = 'containers: [{ dev: { image: "x:${_INCLUDE_:-../../../../../../../../etc/hostname}" } }]\n';
  const { text } = await show(t, { files: { '.nocalhost/config.yaml': outside } });
  assert.match(text, /etc\/hostname is not included/);
});

async function show(
  t: TestContext,
  { files = {}, annotations = {}, configMaps = {}, defaults, rememberedImage }: World,
): Promise<{ text: string; config: ContainerConfig; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'podloop-config-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  const object: KubeObject = {
    metadata: {
      name: 'cart',
      namespace: 'shop',
      annotations,
    },
    spec: {
      template: { spec: { containers: [{ name: 'web', workingDir: '/srv/cart', ports: [{ containerPort: 8080 }] }] } },
    },
  };
  const cluster = new FakeCluster();
  for (const [name, data] of Object.entries(configMaps)) {
    const metadata = { name, namespace: 'shop' };
    await cluster.create(types.configMap, { metadata, data }, AbortSignal.timeout(1000));
  }
  const [kind] = workloadKinds;
  assert.ok(kind);
  const [container] = readWorkload(kind, object).containers;
  assert.ok(container);
  const config = await readContainerConfig({
    kind: 'Deployment',
    workload: 'cart',
    container,
    folder: localPath(folder),
    object,
    cluster,
    defaults,
    variables: { REGISTRY: 'eu.example.com' },
    rememberedImage,
    signal: AbortSignal.timeout(5000),
  });
  const subject = { kind: 'Deployment', workload: 'cart', namespace: 'shop', container: 'web' };
  return { text: effectiveConfigText({ ...config, folder, subject }), config, folder };
}
