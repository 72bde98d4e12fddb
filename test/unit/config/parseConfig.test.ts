import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configJsonSchema } from '../../../src/config/configJsonSchema.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import { selectEntry } from '../../../src/config/selectEntry.ts';

const complete = `version: 1
containers:
  - workload: cart
    container: web
    image: node:24
    language: node
    workDir: /srv/app/
    shell: zsh -l
    run: node server.js
    debug: node --inspect server.js
    debugPort: 9230
    restartOnSync: true
    ports: [8080, "3000:80", ":9090"]
    ignore: ["*.log"]
    sync: { mode: twoWay, pull: [package-lock.json] }
    env: { PORT: 8080, DEBUG: true, NAME: shop }
`;

describe('parseConfig', () => {
  it('reads every setting', () => {
    const parsed = parseConfig(complete);
    assert.equal(parsed.kind, 'config');
    assert.deepEqual(parsed.config.containers, [
      {
        workload: 'cart',
        container: 'web',
        image: 'node:24',
        language: 'node',
        workDir: '/srv/app',
        shell: ['zsh', '-l'],
        run: 'node server.js',
        debug: 'node --inspect server.js',
        debugPort: 9230,
        restartOnSync: true,
        ports: [
          { remote: 8080, local: 8080 },
          { remote: 80, local: 3000 },
          { remote: 9090, local: 0 },
        ],
        ignore: ['*.log'],
        sync: { mode: 'twoWay', pull: ['package-lock.json'] },
        env: { PORT: '8080', DEBUG: 'true', NAME: 'shop' },
      },
    ]);
  });

  it('takes one entry in place of a list', () => {
    const parsed = parseConfig('version: 1\ncontainers:\n  run: npm start\n');
    assert.equal(parsed.kind, 'config');
    assert.deepEqual(parsed.config.containers, [{ run: 'npm start' }]);
  });

  const wrong: readonly { text: string; says: string }[] = [
    { text: '', says: '1:1 The file must hold version and containers.' },
    { text: 'containers: {}\n', says: '1:1 version must be 1.' },
    { text: 'version: 2\ncontainers: {}\n', says: '1:10 version must be 1.' },
    { text: 'version: 1\n', says: '1:1 containers must be a list of entries, or one entry.' },
    { text: 'version: 1\ncontainers: []\n', says: '2:13 containers must name at least one container.' },
    { text: 'version: 1\ncontainers: web\n', says: '2:13 containers must be a list of entries, or one entry.' },
    { text: 'version: 1\ncontainers:\n  - img: x\n', says: '3:5 img is not a setting in containers[0].' },
    { text: 'version: 1\ncontainers:\n  img: x\n', says: '3:3 img is not a setting in containers.' },
    { text: 'version: 1\nworkload: x\ncontainers: {}\n', says: '2:1 workload is not a setting.' },
    {
      text: 'version: 1\ncontainers:\n  - debugPort: 70000\n',
      says: '3:16 containers[0].debugPort must be 65535 or less.',
    },
    {
      text: 'version: 1\ncontainers:\n  - ports: [80, x]\n',
      says: '3:17 containers[0].ports[1] must be written as 8080, 3000:8080 (local:remote) or :8080 (any free local port).',
    },
    {
      text: 'version: 1\ncontainers:\n  - ports: ["1:99999"]\n',
      says: '3:13 containers[0].ports[0] must be 65535 or less.',
    },
    {
      text: 'version: 1\ncontainers:\n  - workDir: app\n',
      says: '3:14 containers[0].workDir must be an absolute folder of its own, such as /app.',
    },
    {
      text: 'version: 1\ncontainers:\n  - env: { A: 1.50 }\n',
      says: '3:15 containers[0].env.A must be a text; put it in quotes.',
    },
    {
      text: 'version: 1\ncontainers:\n  - language: cobol\n',
      says: '3:15 containers[0].language is not valid: Invalid option: expected one of "node"|"python".',
    },
    ...entryProblems([
      [
        'persistentFolders: []',
        'persistentFolders is not supported in containers: mount an existing PersistentVolumeClaim with mounts.',
      ],
      ['probes: { liveness: off }', 'probes.liveness must be keep, remove or a probe.'],
      [
        'probes: { liveness: { tcpSocket: {} } }',
        'probes.liveness.tcpSocket.port must be a port number or the name of a port.',
      ],
      ['probes: { liveness: {} }', 'probes.liveness must hold one of exec, httpGet, tcpSocket and grpc.'],
      ['lifecycle: { preStop: { sleep: 5 } }', 'lifecycle.preStop.sleep must hold settings.'],
      ['resources: { limits: { memory: much } }', 'resources.limits.memory must be a quantity such as 500m or 1Gi.'],
      ['resources: none', 'resources must be keep, remove or resources.'],
      ['env: { A: { secret: x } }', 'env.A.key must be a text.'],
      ['env: { A: { key: x } }', 'env.A must name one Secret or ConfigMap.'],
      ['env: { 1A: x }', 'env.1A must be the name of an environment variable.'],
      ['envFrom: [{ secret: Xy }]', 'envFrom[0].secret must be the name of an object, such as web-settings.'],
      ['mounts: [{ path: /x }]', 'mounts[0] must hold one of configMap, secret, claim, emptyDir and remove.'],
      ['mounts: [{ path: /x, hostPath: /y }]', 'hostPath is not a setting in containers.mounts[0].'],
      ['initContainers: { a: run }', 'initContainers.a must be keep, skip, or image, command and args.'],
      ['securityContext: { runAsUser: root }', 'securityContext.runAsUser must be a whole number.'],
      ['tolerations: [{ effect: Never }]', 'tolerations[0].effect must be NoSchedule, PreferNoSchedule or NoExecute.'],
    ]),
    { text: 'version: 1\nversion: 1\n', says: '2:1 Map keys must be unique.' },
    {
      text: 'version: 1\ncontainers: {\n',
      says: '3:1 Flow map in block collection must be sufficiently indented and end with a }.',
    },
  ];
  for (const { text, says } of wrong) {
    it(`says where and what is wrong: ${says}`, () => {
      const parsed = parseConfig(text);
      assert.equal(parsed.kind, 'problems');
      const [first] = parsed.problems;
      const place = /^\d/.test(says) ? `${first.line}:${first.column} ` : '';
      assert.equal(`${place}${first.message}`, says);
      assert.ok(first.endLine > first.line || first.endColumn >= first.column);
    });
  }

  it('survives a file that means to fill memory', () => {
    const bomb = ['version: 1', 'a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, previous] of [
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
      ['e', 'd'],
    ] as const) {
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${previous}`).join(',')}]`);
    }
    assert.equal(parseConfig(bomb.join('\n')).kind, 'problems');
  });
});

describe('selectEntry', () => {
  const shopWeb = { kind: 'Deployment', workload: 'shop', container: 'web' };
  const parsed = parseConfig(`version: 1
containers:
  - run: any
  - container: web
    run: any web
  - workload: cart
    run: cart
  - workload: cart
    container: web
    run: cart web
`);
  const cases: readonly [workload: string, container: string, run: string][] = [
    ['cart', 'web', 'cart web'],
    ['cart', 'proxy', 'cart'],
    ['shop', 'web', 'any web'],
    ['shop', 'proxy', 'any'],
  ];
  for (const [workload, container, run] of cases) {
    it(`chooses the most specific entry for ${workload}/${container}`, () => {
      assert.equal(parsed.kind, 'config');
      assert.equal(selectEntry(parsed.config.containers, { kind: 'Deployment', workload, container })?.run, run);
    });
  }

  it('knows the kind of a workload, whatever its letter case', () => {
    const kinds = parseConfig('version: 1\ncontainers: [{ run: any }, { kind: job, run: of jobs }]\n');
    assert.equal(kinds.kind, 'config');
    const { containers } = kinds.config;
    assert.equal(selectEntry(containers, { ...shopWeb, kind: 'Job' })?.run, 'of jobs');
    assert.equal(selectEntry(containers, shopWeb)?.run, 'any');
  });

  it('chooses none where none fits', () => {
    const other = parseConfig('version: 1\ncontainers: { workload: cart }\n');
    assert.equal(other.kind, 'config');
    assert.equal(selectEntry(other.config.containers, shopWeb), undefined);
  });
});

describe('configJsonSchema', () => {
  it('describes the file for editors', () => {
    const schema = JSON.stringify(configJsonSchema());
    for (const name of ['version', 'containers', 'debugPort', 'restartOnSync'])
      assert.ok(schema.includes(`"${name}"`), name);
    assert.ok(schema.includes('"additionalProperties":false'));
  });
});

/** Wrong settings of an entry, as whole files. */
function entryProblems(cases: readonly (readonly [entry: string, says: string])[]): { text: string; says: string }[] {
  return cases.map(([entry, says]) => ({
    text: `version: 1\ncontainers: { ${entry} }\n`,
    says: says.includes(' containers') ? says : `containers.${says}`,
  }));
}
