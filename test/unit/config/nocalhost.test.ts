import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type ImportedConfig, importNocalhost } from '../../../src/config/nocalhost/importNocalhost.ts';
import { translatePatterns } from '../../../src/config/nocalhost/syncPatterns.ts';
import { renderTemplate } from '../../../src/config/nocalhost/template.ts';

const subject = { kind: 'Deployment', workload: 'cart', container: 'web' };
const application = readFileSync(path.join(import.meta.dirname, 'fixtures/nocalhost-application.yaml'), 'utf8');
const files = new Map([
  ['./shop.env', 'TAG="7" # of the team\nSTAGE=never\nexport REGISTRY=from.file\n'],
  ['dev.env', "FROM_FILE=file\nSECRET='a b'\n"],
]);

describe('a config of Nocalhost', () => {
  it('says what it means in our words', () => {
    const { entry, missing } = importNocalhost(application, { subject, variables: { REGISTRY: 'eu.io' }, files });
    assert.deepEqual(missing, []);
    assert.deepEqual(entry, {
      workload: 'cart',
      kind: 'Deployment',
      container: 'web',
      image: 'eu.io/cart-dev:7',
      imagePullPolicy: 'Always',
      shell: ['bash'],
      workDir: '/work',
      resources: { requests: { memory: '512Mi', cpu: '500m' }, limits: { memory: '1Gi', cpu: '1' } },
      run: 'npm start -- --port=${PORT}',
      debug: 'node --inspect=0.0.0.0:9229 server.js',
      debugPort: 9229,
      language: 'node',
      restartOnSync: true,
      ports: [
        { local: 3000, remote: 3000 },
        { local: 0, remote: 8080 },
        { local: 9000, remote: 9000 },
      ],
      env: { FROM_FILE: 'own', SECRET: 'a b', STAGE: 'never' },
      ignore: ['/*', '!/src', '!/package.json', '*.log', '/src/tmp'],
    });
  });

  it('names every field that has no counterpart', () => {
    const { notes } = importNocalhost(application, { subject, variables: {}, files });
    const container = 'application.services[1].containers[0]';
    assert.deepEqual(notes, [
      ...[
        ...['manifestType', 'resourcePath', 'ignoredPath', 'helmValues', 'helmVals', 'helmVersion', 'env', 'envFrom'],
        ...['onPreInstall', 'onPostInstall', 'onPreUpgrade', 'onPostUpgrade', 'onPreDelete', 'onPostDelete'],
      ].map((name) => `application.${name} is not used: Podloop installs no applications.`),
      'application.color is not known, so it is not used.',
      'application.services[1].priorityClass is not used: the pod keeps its priority.',
      'application.services[1].dependLabelSelector is not used: the pod waits for what its own init containers wait for.',
      `${container}.hub is not used: there is no hub of configs.`,
      `${container}.install is not used: Podloop installs no applications.`,
      `${container}.dev.sync.type is not used: the pod follows the folder.`,
      `${container}.dev.sync.deleteProtection is not used: nothing is deleted in the folder because of the pod.`,
      `${container}.dev.gitUrl is not used: Podloop clones nothing; open the folder with the source instead.`,
      `${container}.dev.storageClass is not used: there are no persistent folders.`,
      `${container}.dev.devContainerName is not used: the container keeps its name.`,
      `${container}.dev.persistentVolumeDirs is not used: there are no persistent folders.`,
      `${container}.dev.useDevContainer is not used: it never had a meaning.`,
      `${container}.dev.sidecarImage is not used: the sidecar is another one; see the setting podloop.sidecar.image.`,
      `${container}.dev.patches is not used: use resources, securityContext, mounts and the other settings of the dev pod.`,
      `${container}.dev.command.build is not used: put it before the command of run: build && start.`,
      `${container}.dev.command.hotReloadRun is not used: Run uses command.run, and restarts it where hotReload is set.`,
      `${container}.dev.command.hotReloadDebug is not used: Debug uses command.debug.`,
      `${container}.dev.newField is not known, so it is not used.`,
    ]);
  });

  it('asks for the files that it names', () => {
    const first = importNocalhost(application, { subject, variables: {}, files: new Map() });
    assert.deepEqual(first.missing, ['./shop.env', 'dev.env']);
    const gone = new Map(first.missing.map((name) => [name, undefined]));
    const second = importNocalhost(application, { subject, variables: {}, files: gone });
    assert.deepEqual(second.missing, []);
    const said = second.notes.filter((note) => /TAG|dev\.env/.test(note));
    assert.deepEqual(said, [
      '${TAG} stands for nothing, since TAG is not set.',
      'application.services[1].containers[0].dev.envFrom.envFile[0].path: there is no file dev.env.',
    ]);
  });

  const shapes: readonly { name: string; text: string; image: string | undefined }[] = [
    {
      name: 'one service',
      text: 'name: cart\nserviceType: Deployment\ncontainers: [{ name: web, dev: { image: one } }]\n',
      image: 'one',
    },
    {
      name: 'a list of services, the container without a name',
      text: '- name: other\n  containers: [{ dev: { image: no } }]\n- name: cart\n  containers: [{ name: "", dev: { image: two } }]\n',
      image: 'two',
    },
    { name: 'a service without a name', text: 'containers: [{ dev: { image: any } }]\n', image: 'any' },
    {
      name: 'another kind of the same name',
      text: 'name: cart\nserviceType: job\ncontainers: [{ dev: { image: no } }]\n',
      image: undefined,
    },
    {
      name: 'a custom resource, known by its name',
      text: 'name: cart\nserviceType: clonesets.v1alpha1.apps.kruise.io\ncontainers: [{ dev: { image: crd } }]\n',
      image: 'crd',
    },
    { name: 'nothing', text: '', image: undefined },
    { name: 'no services', text: 'application: {}\n', image: undefined },
  ];
  for (const { name, text, image } of shapes) {
    it(`may be ${name}`, () => {
      assert.equal(read(text).entry?.image, image);
    });
  }

  it('has a working directory of its own, where it says none', () => {
    assert.equal(read('containers: [{ dev: {} }]').entry?.workDir, '/home/nocalhost-dev');
  });

  const wrong: readonly { dev: string; says: RegExp }[] = [
    { dev: 'debug: { language: go }', says: /dev\.debug\.language is not used: Podloop has no debugger for "go" yet/ },
    { dev: 'debug: { remoteDebugPort: many }', says: /dev\.debug\.remoteDebugPort must be a port number/ },
    { dev: 'workDir: work', says: /dev\.workDir must be an absolute folder/ },
    { dev: 'resources: { limits: { memory: much } }', says: /dev\.resources\.limits\.memory must be a quantity/ },
    { dev: 'portForward: "80"', says: /dev\.portForward is not valid|dev\.portForward must be a list/ },
    { dev: 'sync: { type: sendreceive }', says: /dev\.sync\.type is not used: "sendreceive" meant one way/ },
    {
      dev: 'sync: { filePattern: ["**/*.go"] }',
      says: /dev\.sync\.filePattern is not used: \*\*\/\*\.go is no plain path/,
    },
    { dev: 'env: [{ value: x }]', says: /dev\.env\[0\]\.name must be the name of an environment variable/ },
    { dev: 'command: npm start', says: /dev\.command must hold settings/ },
    { dev: 'command: { run: npm start }', says: /dev\.command\.run must be a list/ },
  ];
  for (const { dev, says } of wrong) {
    it(`does not lose the rest over ${dev}`, () => {
      const { entry, notes } = read(`containers: [{ dev: { image: kept, ${dev} } }]`);
      assert.equal(entry?.image, 'kept');
      assert.match(notes.join('\n'), says);
    });
  }

  it('that is no YAML is no config', () => {
    const { status, notes } = read('a: [');
    assert.equal(status, 'unusable');
    assert.match(notes.join(), /line 1/);
  });
});

describe('its templates', () => {
  const variables = { A: 'a', EMPTY: '' };
  const cases: readonly [template: string, text: string][] = [
    ['${A}', 'a'],
    ['${B}', ''],
    ['${B:-d}|${B-d}|${B:=d}', 'd|d|d'],
    ['${EMPTY:-d}|${EMPTY-d}', 'd|'],
    ['${A+yes}${B+yes}${EMPTY+yes}${EMPTY:+yes}', 'yesyes'],
    ['$A $(A) {A}', '$A $(A) {A}'],
    ['list:${_INCLUDE_:-./list.yaml | nindent 2}', 'list:\n  - a\n\n  - b'],
    ['${_INCLUDE_:-deep.yaml}', 'in a'],
    ['${_INCLUDE_:-loop.yaml}', ''],
  ];
  const included = new Map([
    ['./list.yaml', '- ${A}\n\n- b\n'],
    ['deep.yaml', 'in ${_INCLUDE_:-deeper.yaml}'],
    ['deeper.yaml', '${A}'],
    ['loop.yaml', '${_INCLUDE_:-loop.yaml}'],
  ]);
  for (const [template, text] of cases) {
    it(`make ${JSON.stringify(text)} of ${template}`, () => {
      assert.equal(renderTemplate(template, { variables, files: included }).text, text);
    });
  }
});

describe('its patterns', () => {
  const cases: readonly { included?: string[]; ignored?: string[]; ignore: string[] }[] = [
    { ignore: [] },
    { included: ['.'], ignored: ['./a', 'b/c', 'd/'], ignore: ['d', '**/b/c', '/a'] },
    {
      included: ['./src/app', '/src/lib', './README.md'],
      ignore: ['/*', '!/src', '/src/*', '!/src/app', '!/src/lib', '!/README.md'],
    },
    { included: ['./src', './src/app'], ignore: ['/*', '!/src'] },
    { ignored: ['!keep.log', '(?d)*.log', '// note'], ignore: ['*.log', '!keep.log'] },
  ];
  for (const { included = [], ignored = [], ignore } of cases) {
    it(`become ${JSON.stringify(ignore)}`, () => {
      assert.deepEqual(translatePatterns(included, ignored), { ignore, notes: [] });
    });
  }
});

function read(text: string): ImportedConfig {
  return importNocalhost(text, { subject, variables: {}, files: new Map() });
}
