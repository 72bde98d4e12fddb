import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import { contextsOf } from '../../../src/cluster/core/kubeconfigContexts.ts';
import { readKubeconfigFile } from '../../../src/cluster/core/kubeconfigFile.ts';
import { kubeconfigPaths, Kubeconfigs, readKubeconfigs } from '../../../src/cluster/kubeconfigs.ts';
import { loginConfig } from '../../../src/cluster/loginConfig.ts';
import { until } from '../../machine/until.ts';

function kubeconfig(name: string, server = `https://${name}.test:6443`, extra = ''): string {
  return `apiVersion: v1
kind: Config
current-context: ${name}
clusters:
- name: ${name}-cluster
  cluster:
    server: ${server}
    certificate-authority: pki/ca.crt
users:
- name: ${name}-user
  user:
    client-certificate: pki/me.crt
    client-key: /keys/me.key
contexts:
- name: ${name}
  context:
    cluster: ${name}-cluster
    user: ${name}-user
    namespace: team-${name}
${extra}`;
}

describe('one file', () => {
  test('a context with all it names', () => {
    const { contexts, problems } = contextsOf([[readKubeconfigFile('/k/config', kubeconfig('a'))]]);
    assert.deepEqual(problems, []);
    const [context] = contexts;
    assert.deepEqual(
      { ...context, entries: undefined },
      {
        name: 'a',
        current: true,
        file: '/k/config',
        cluster: 'a-cluster',
        server: 'https://a.test:6443',
        user: 'a-user',
        namespace: 'team-a',
        entries: undefined,
      },
    );
  });

  const broken: readonly (readonly [name: string, text: string, line: number | undefined, message: RegExp])[] = [
    ['is no YAML', 'clusters:\n- name: [a\n', 3, /./],
    ['holds a list', '- a\n- b\n', 1, /not a kubeconfig file/],
    ['has contexts that are no list', 'contexts: 3\n', 1, /'contexts' must be a list/],
    ['has an entry without name', 'contexts:\n- name: ""\n', 2, /Entry 1 of 'contexts' has no name/],
    ['has a body that is text', 'users:\n- name: a\n  user: text\n', 2, /'user' of a must hold keys/],
    [
      'names a missing cluster',
      'contexts:\n- name: x\n  context: {cluster: gone}\n',
      2,
      /cluster gone, which is not defined/,
    ],
    ['names no cluster', 'contexts:\n- name: x\n', 2, /Context x names no cluster/],
    [
      'names a missing user',
      'clusters:\n- {name: c, cluster: {server: "https://c"}}\ncontexts:\n- {name: x, context: {cluster: c, user: gone}}\n',
      4,
      /user gone, which is not defined/,
    ],
    [
      'has a server that is no address',
      'clusters:\n- {name: c, cluster: {server: c.test}}\ncontexts:\n- {name: x, context: {cluster: c}}\n',
      4,
      /Cluster c has no server/,
    ],
  ];
  for (const [name, text, line, message] of broken) {
    test(`that ${name}`, () => {
      const { contexts, problems } = contextsOf([[readKubeconfigFile('/k/config', text)]]);
      assert.deepEqual(contexts, []);
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.equal(problems[0]?.line, line);
      assert.match(problems[0]?.message ?? '', message);
    });
  }

  test('an empty file is no trouble', () => {
    assert.deepEqual(contextsOf([[readKubeconfigFile('/k/config', '')]]), { contexts: [], problems: [] });
  });
});

describe('several files', () => {
  test('the first to define a name wins, across files', () => {
    const first = readKubeconfigFile('/k/1', 'clusters:\n- {name: a-cluster, cluster: {server: "https://first"}}\n');
    const { contexts, problems } = contextsOf([[first, readKubeconfigFile('/k/2', kubeconfig('a'))]]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      contexts.map(({ name, server, file }) => [name, server, file]),
      [['a', 'https://first', '/k/2']],
    );
  });

  test('an added file stands alone, and a name taken twice is told', () => {
    const standard = readKubeconfigFile('/k/1', kubeconfig('default', 'https://one'));
    const added = readKubeconfigFile('/k/2', kubeconfig('default', 'https://two'));
    const { contexts, problems } = contextsOf([[standard], [added]]);
    assert.deepEqual(
      contexts.map(({ server }) => server),
      ['https://one'],
    );
    assert.match(problems[0]?.message ?? '', /Context default is defined in \/k\/1 already/);
  });

  test('only the standard files say which context is the current one', () => {
    const groups = [[readKubeconfigFile('/k/1', kubeconfig('a'))], [readKubeconfigFile('/k/2', kubeconfig('b'))]];
    assert.deepEqual(
      contextsOf(groups).contexts.map(({ name, current }) => [name, current]),
      [
        ['a', true],
        ['b', false],
      ],
    );
  });
});

test('paths: KUBECONFIG, or the file in the home folder; ~ in added ones', () => {
  const home = path.resolve('/home/ann');
  assert.deepEqual(kubeconfigPaths(undefined, home, ['~/k3s.yaml', path.join(home, '.kube', 'config')]), {
    standard: [path.join(home, '.kube', 'config')],
    named: false,
    added: [path.join(home, 'k3s.yaml')],
  });
  const variable = ['/a', '', '/b', '/a'].map((file) => (file === '' ? '' : path.resolve(file))).join(path.delimiter);
  assert.deepEqual(kubeconfigPaths(variable, home, []).standard, [path.resolve('/a'), path.resolve('/b')]);
});

test('what client-node is given: absolute paths, token files, plain HTTP, plugin variables', () => {
  const exec = `- name: exec-user
  user: {tokenFile: token, exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/login, env: [{name: A, value: b}]}}
`;
  const text = kubeconfig('a', 'http://localhost:8001')
    .replace('users:\n', `users:\n${exec}`)
    .replace('user: a-user', 'user: exec-user');
  const [context] = contextsOf([[readKubeconfigFile(path.resolve('/k/config'), text)]]).contexts;
  assert.ok(context !== undefined);
  const config = JSON.parse(JSON.stringify(loginConfig(context, context.entries.user, '/p'))) as Record<
    string,
    object[]
  >;
  assert.deepEqual(config.clusters, [
    {
      name: 'context',
      cluster: {
        server: 'http://localhost:8001',
        'certificate-authority': path.resolve('/k/pki/ca.crt'),
        'insecure-skip-tls-verify': true,
      },
    },
  ]);
  const info = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec: { interactive: false } };
  assert.deepEqual(config.users, [
    {
      name: 'context',
      user: {
        tokenFile: 'token',
        'auth-provider': { name: 'tokenFile', config: { tokenFile: path.resolve('/k/token') } },
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: path.resolve('/k/bin/login'),
          env: [
            { name: 'PATH', value: '/p' },
            { name: 'A', value: 'b' },
            { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) },
          ],
        },
      },
    },
  ]);
});

describe('files on disk', () => {
  const folders: string[] = [];
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(path.join(tmpdir(), 'podloop-kubeconfig-'));
    folders.push(made);
    return made;
  };
  after(() => Promise.all(folders.map((made) => rm(made, { recursive: true, force: true }))));

  test('no file at home is a state, a named file that is missing is trouble, others still count', async () => {
    const home = await folder();
    assert.deepEqual(await readKubeconfigs(kubeconfigPaths(undefined, home, [])), { contexts: [], problems: [] });
    const [good, gone] = [path.join(home, 'good'), path.join(home, 'gone')];
    await writeFile(good, kubeconfig('a'));
    const { contexts, problems } = await readKubeconfigs({ standard: [gone, good], named: true, added: [home] });
    assert.deepEqual(
      contexts.map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(
      problems.map(({ file, line }) => [file, line]),
      [
        [gone, undefined],
        [home, undefined],
      ],
    );
  });

  test('follows a file from before its folder exists, through replacement and removal', async () => {
    const home = await folder();
    const kubeconfigs = new Kubeconfigs(kubeconfigPaths(undefined, home, []), systemScheduler, silentLog);
    const seen: string[] = [];
    kubeconfigs.onChange(({ contexts }) => seen.push(contexts.map(({ name }) => name).join(',')));
    const names = (): string | undefined => seen.at(-1);
    await kubeconfigs.refresh();
    const file = path.join(home, '.kube', 'config');
    await mkdir(path.dirname(file));
    await writeFile(file, kubeconfig('a'));
    await until('the new file is read', () => names() === 'a');
    await writeFile(`${file}.new`, kubeconfig('b'));
    await rename(`${file}.new`, file);
    await until('the replaced file is read', () => names() === 'b');
    await rm(file);
    await until('the file is gone', () => names() === '');
    kubeconfigs.dispose();
    const told = seen.length;
    await writeFile(file, kubeconfig('c'));
    await kubeconfigs.refresh();
    assert.equal(seen.length, told, 'nothing is told after dispose');
  });

  test('follows what a symbolic link points at', { skip: process.platform === 'win32' }, async () => {
    const [home, other] = [await folder(), await folder()];
    const target = path.join(other, 'real');
    await writeFile(target, kubeconfig('a'));
    await symlink(target, path.join(home, 'link'));
    const paths = { standard: [path.join(home, 'link')], named: true, added: [] };
    const kubeconfigs = new Kubeconfigs(paths, systemScheduler, silentLog);
    await kubeconfigs.refresh();
    await writeFile(target, kubeconfig('b'));
    await until('the target is read again', () => kubeconfigs.contexts?.contexts[0]?.name === 'b');
    kubeconfigs.dispose();
  });
});
