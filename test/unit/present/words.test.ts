import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { remotePath } from '../../../src/base/paths.ts';
import type { DevConfig } from '../../../src/config/devConfig.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import { configTemplate } from '../../../src/present/configTemplate.ts';
import { errorText } from '../../../src/present/errorText.ts';
import { chooseFolder, type FolderCandidate } from '../../../src/present/folderChoices.ts';
import { imageChoices, imageProblem } from '../../../src/present/imageChoices.ts';
import { age, byteCount, clockTime, duration, grouped, quickness } from '../../../src/present/locale.ts';
import { syncedSummary } from '../../../src/present/previewText.ts';
import { code, escapeMarkdown } from '../../../src/present/markdown.ts';
import {
  endedMessage,
  foreignDevModeMessage,
  isProtected,
  namespaceProblem,
  portProblem,
  programNote,
} from '../../../src/present/messages.ts';
import { ancestorIds, liveRows, nodeId, parentNode, type TreeNode } from '../../../src/present/treeNode.ts';

const locale = { language: 'en', timeZone: 'Europe/Berlin' };
const at = (text: string): number => Date.parse(text);

test('times are those of the clock on the wall, with the day when it is another one', () => {
  const now = at('2026-11-21T23:30:00Z');
  assert.equal(clockTime(at('2026-11-21T23:05:00Z'), now, locale), '00:05');
  assert.equal(clockTime(at('2026-11-21T13:05:00Z'), now, locale), 'Nov 21, 14:05');
});

test('durations and ages are as long as they need to be', () => {
  assert.deepEqual([0, 840, 9_999, 12_400, 125_000].map(duration), ['0.0 s', '0.8 s', '10.0 s', '12 s', '2 min 5 s']);
  assert.deepEqual([5_000, 300_000, 7_300_000, 200_000_000].map(age), ['5 s', '5 min', '2 h', '2 d']);
});

test('markdown shows text as itself', () => {
  assert.equal(escapeMarkdown('*a* [b](c)\n$(icon)'), '\\*a\\* \\[b\\]\\(c\\) \\$\\(icon\\)');
  assert.deepEqual(['a', 'a`b', '`'].map(code), ['`a`', '``a`b``', '`` ` ``']);
});

test('an error says what happened and what to do next', () => {
  const error = new UserError({ code: 'x', message: 'Port 1 is taken', next: 'Use another.' });
  assert.equal(errorText(error, 'Forward Port').message, 'Port 1 is taken. Use another.');
  assert.equal(errorText(new Error('odd'), 'Forward Port').message, 'Forward Port failed: odd');
});

test('ending says what it left', () => {
  const report = { keptChanges: [], unfinished: undefined, milliseconds: 1200 };
  assert.equal(endedMessage('web', report), 'web is back as it was (1.2 s).');
  assert.equal(
    endedMessage('web', { ...report, keptChanges: ['spec.replicas'] }),
    'web is out of dev mode. Changed by someone else meanwhile and left as it is now: spec.replicas.',
  );
  assert.equal(
    endedMessage('web', { ...report, unfinished: 'Pod web-1 cannot pull shop/web:1' }),
    'web is out of dev mode, but not ready yet. Pod web-1 cannot pull shop/web:1.',
  );
});

test("somebody else's dev mode is named before it is ended", () => {
  const record = {
    version: 1,
    session: 's',
    developer: { user: 'alice', host: 'laptop', installation: 'i' },
    since: '2026-11-21T13:05:00Z',
    container: 'main',
    workDir: '/app',
    podloop: '0.1.0',
    edits: [],
  } as const;
  const { message } = foreignDevModeMessage('web', record, at('2026-11-21T14:00:00Z'), locale);
  assert.equal(message, 'web is developed by alice on laptop since 14:05.');
});

test('protected contexts are found by pattern, whatever their case', () => {
  assert.deepEqual(
    ['aws-PROD-eu', 'staging', 'product', 'a.b'].map((context) => isProtected(context, ['*prod*', 'a?b'])),
    [true, false, true, false],
  );
});

test('what is typed is checked before it is used', () => {
  assert.deepEqual(
    ['8080', '0', '65536', 'x', ' 80 '].map((text) => portProblem(text) === undefined),
    [true, false, false, false, true],
  );
  assert.deepEqual(
    ['team-b', 'Team', '-a', 'a'.repeat(64)].map((text) => namespaceProblem(text) === undefined),
    [true, false, false, false],
  );
  assert.deepEqual(
    ['node:24', 'reg.io:5000/a/b@sha256:1', '', 'a b'].map((text) => imageProblem(text) === undefined),
    [true, true, false, false],
  );
});

test('the terminal of a program tells its addresses', () => {
  assert.equal(programNote([]), undefined);
  assert.equal(programNote([{ remote: 80, local: 8080 }]), 'Port 80 is at http://localhost:8080');
});

test('the detected image is proposed first', () => {
  assert.deepEqual(
    imageChoices('python', 'shop/web:1').map(({ label, description }) => `${label}: ${description ?? ''}`),
    [
      'Python: docker.io/podloop/dev-python:3.13 · detected',
      'Node.js: docker.io/podloop/dev-node:24',
      "The container's own image: shop/web:1",
      'Another image...: ',
    ],
  );
});

const folders: readonly (readonly [string, readonly FolderCandidate[], string])[] = [
  [
    'the last one',
    [
      { path: '/b', source: 'sameName' },
      { path: '/a', source: 'remembered' },
    ],
    '/a',
  ],
  [
    'the one whose config names it',
    [
      { path: '/a', source: 'sameName' },
      { path: '/b', source: 'configNamesIt' },
    ],
    '/b',
  ],
  [
    'the only one of that name',
    [
      { path: '/', source: 'workspace' },
      { path: '/web', source: 'sameName' },
    ],
    '/web',
  ],
  [
    'one of two names',
    [
      { path: '/a/web', source: 'sameName' },
      { path: '/b/web', source: 'sameName' },
    ],
    '?',
  ],
  [
    'the only folder, with a config',
    [
      { path: '/', source: 'workspace' },
      { path: '/', source: 'configFitsAny' },
    ],
    '/',
  ],
  [
    'a config among others',
    [
      { path: '/', source: 'workspace' },
      { path: '/a', source: 'configFitsAny' },
    ],
    '?',
  ],
  ['the only folder, without a config', [{ path: '/', source: 'workspace' }], '?'],
  ['no folder', [], '?'],
];

for (const [name, candidates, expected] of folders) {
  test(`folder: ${name}`, () => {
    const choice = chooseFolder(candidates);
    assert.equal(choice.kind === 'decided' ? choice.path : '?', expected);
  });
}

test('a written config file says what was in use', () => {
  const config: DevConfig = {
    image: 'docker.io/podloop/dev-node:24',
    language: 'node',
    workDir: remotePath('/app'),
    shell: ['bash'],
    run: 'npm start -- --name="a: b"',
    debug: undefined,
    debugPort: 9229,
    restartOnSync: true,
    ports: [
      { remote: 8080, local: 0 },
      { remote: 80, local: 8000 },
      { remote: 3000, local: 3000 },
    ],
    ignore: [],
    sync: { mode: 'push', pull: ['*.lock'] },
  };
  const parsed = parseConfig(configTemplate({ workload: 'web', container: 'main' }, config));
  assert.equal(parsed.kind, 'config');
  const [entry] = parsed.config.containers;
  const { image, workDir, run, debug, restartOnSync, ports, ignore, sync } = config;
  const { workload, container, language, shell, debugPort, env, ...written } = entry ?? {};
  assert.deepEqual(
    { debug: undefined, ...written },
    { image, workDir, run, debug, restartOnSync, ports, ignore, sync },
  );
  assert.deepEqual(
    [workload, container, language, shell, debugPort, env],
    ['web', 'main', undefined, undefined, undefined, undefined],
  );
});

const web = { kind: 'workload', context: 'a/b', namespace: 'shop', group: 'Deployment', name: 'web' } as const;

test('ids are paths, whatever the names contain', () => {
  const pod: TreeNode = { kind: 'pod', owner: web, pod: 'web-1' };
  assert.equal(nodeId(pod), 'a%2Fb/shop/Deployment/web/web-1');
  assert.deepEqual(ancestorIds(nodeId(web)), ['a%2Fb', 'a%2Fb/shop', 'a%2Fb/shop/Deployment']);
});

test('the parent of every row has the id that its own begins with', () => {
  const job: TreeNode = { ...web, group: 'Job', name: 'nightly-1', cronJob: 'nightly' };
  const nodes: readonly TreeNode[] = [
    { kind: 'namespace', context: 'kind', namespace: 'shop' },
    { kind: 'group', context: 'kind', namespace: 'shop', group: 'Job' },
    web,
    job,
    { kind: 'pod', owner: job, pod: 'p' },
    { kind: 'container', owner: web, pod: 'p', container: 'c' },
  ];
  for (const node of nodes) {
    const parent = parentNode(node);
    assert.equal(parent === undefined ? '' : nodeId(parent), ancestorIds(nodeId(node)).at(-1));
  }
});

test('only rows whose parents are all expanded are live, and none in a hidden view', () => {
  const expanded = new Set(['a', 'a/b', 'a/b/c', 'x/y']);
  assert.deepEqual([...liveRows(expanded, true)], ['a', 'a/b', 'a/b/c']);
  assert.deepEqual([...liveRows(new Set(['a/b', 'a/b/c']), true)], []);
  assert.deepEqual([...liveRows(expanded, false)], []);
});

test('sizes, amounts and small durations read as a person writes them', () => {
  assert.deepEqual([0, 820, 999, 3210, 41_000_000, 1_240_000_000, 3e12].map(byteCount), [
    '0 B',
    '820 B',
    '999 B',
    '3.2 KB',
    '41 MB',
    '1.2 GB',
    '3.0 TB',
  ]);
  assert.deepEqual([1, 999, 1240, 1_234_567].map(grouped), ['1', '999', '1,240', '1,234,567']);
  assert.deepEqual([0.2, 8.4, 999, 1240].map(quickness), ['1 ms', '8 ms', '999 ms', '1.2 s']);
});

test('what is synced of a folder is summed up', () => {
  const preview = { files: 412, folders: 20, bytes: 3_200_000, problems: 0, biggest: [] };
  assert.equal(
    syncedSummary({ ...preview, ignored: { files: 3, folders: 1 } }),
    'Synced: 412 files, 3.2 MB. Left out by rules: 1 folder and 3 files.',
  );
  assert.equal(
    syncedSummary({ ...preview, files: 1, ignored: { files: 0, folders: 0 } }),
    'Synced: 1 file, 3.2 MB. No rule leaves anything out.',
  );
});
