import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parentSyncNode,
  type SyncGroup,
  syncNodeId,
  type SyncNode,
  type SyncRow,
} from '../../../src/present/syncNode.ts';
import { type SyncFacts, syncRows } from '../../../src/present/syncRows.ts';
import type { SessionState } from '../../../src/session/core/state.ts';
import type { Restorable } from '../../../src/sync/core/restorable.ts';
import { rowText } from './rowText.ts';
import {
  active,
  arrived,
  conflict,
  locale,
  now,
  problem,
  sending,
  session,
  since,
  version,
  web,
} from './sessionStates.ts';

const inSync = active({ kind: 'inSync', files: 400 });
const group = (name: SyncGroup): SyncNode => ({ kind: 'group', workload: web, group: name });

function facts(sessions: readonly SessionState[], versions: readonly Restorable[] = []): SyncFacts {
  return { now, locale, sessions, versions: () => versions };
}

/** The rows below one as VS Code would show them with everything expanded, two spaces per level. */
function view(given: SyncFacts, parent?: SyncNode, indent = ''): string {
  return syncRows(parent, given)
    .map((row) => `${indent}${rowText(row)}${mark(row)}\n${view(given, row.node, `${indent}  `)}`)
    .join('');
}

function mark({ file }: SyncRow): string {
  return file === undefined ? '' : ` ${file.folder}/${file.path}`;
}

test('without a session there is nothing', () => {
  assert.equal(view(facts([])), '');
});

test('a session says how it stands, in the words of the status bar', () => {
  const sessions = [
    session(inSync),
    session(inSync, { problems: [problem('a')], conflicts: [conflict('b'), conflict('c')] }),
    session(active({ kind: 'paused' })),
    session(active({ kind: 'scanning' })),
    session(active({ kind: 'disconnected', since, reason: 'no route' })),
    session(active({ kind: 'failed', error: new Error('web is missing') })),
    session({ kind: 'ending' }),
  ];
  assert.deepEqual(syncRows(undefined, facts(sessions)).map(rowText), [
    'v (check testing.iconPassed) web -- in sync [session running]',
    'v (warning list.warningForeground) web -- in sync but for 1 path, 2 conflicts [session running]',
    'v (debug-pause list.warningForeground) web -- sync paused [session paused]',
    'v (sync~spin) web -- scanning [session running]',
    'v (debug-disconnect list.warningForeground) web -- disconnected since 14:05 [session running]',
    'v (error list.errorForeground) web -- sync stopped [session running]',
    'v (loading~spin) web -- ending dev mode [session]',
  ]);
});

test('while it sends it says how much is left and how quickly it goes', () => {
  const phase = active({ ...sending, files: 1200, totalFiles: 4000, bytes: 12_000_000, totalBytes: 50_400_000 });
  const description = (sendingSince: number): string | undefined =>
    syncRows(undefined, facts([session(phase, { sendingSince })]))[0]?.description;
  assert.equal(description(now - 4000), 'syncing 1,200 of 4,000 files · 38 MB left · 3.0 MB/s');
  assert.equal(description(now - 200), 'syncing 1,200 of 4,000 files · 38 MB left', 'too early for a rate');
});

test('what needs somebody stands first', () => {
  const state = session(inSync, {
    watchTrouble: { kind: 'watchesUsedUp' },
    problems: [problem('a')],
    conflicts: [conflict('b')],
  });
  assert.deepEqual(syncRows({ kind: 'session', workload: web }, facts([arrived(state, now, 'c')])).map(rowText), [
    '  (eye list.warningForeground) Some changes are noticed late [notice]',
    'v (git-merge list.warningForeground) Conflicts -- 1 [group conflicts]',
    'v (warning list.warningForeground) Not Synced -- 1 [group problems]',
    'v (history) Recently Synced [group arrivals]',
    '> (trash) Deleted or Replaced [group versions]',
  ]);
});

test('each path that is not synced says why and offers what helps', () => {
  const problems = [
    problem('data/big.bin', 'remoteDiskFull'),
    problem('secret.key'),
    problem('tmp/socket', 'specialFile'),
  ];
  assert.equal(
    view(facts([session(inSync, { problems })]), group('problems')),
    `  (warning list.warningForeground) big.bin -- data · has no room on the pod's disk [problem path showSynced retry ignore] !openSyncedFile /home/alice/shop/web/data/big.bin
  (warning list.warningForeground) secret.key -- cannot be read [problem path retry ignore] !openSyncedFile /home/alice/shop/web/secret.key
  (warning list.warningForeground) socket -- tmp · is no file, folder or link [problem path ignore] !openSyncedFile /home/alice/shop/web/tmp/socket
`,
  );
});

test('each conflict says when it was found, and opens as a comparison', () => {
  const state = session(inSync, { conflicts: [conflict('src/cart.js')] });
  assert.equal(
    view(facts([state]), group('conflicts')),
    '  cart.js -- 14:05 · src [conflict] !compareConflict /home/alice/shop/web/src/cart.js\n',
  );
});

test('what arrived lately is there newest first, with its time; a batch can be opened', () => {
  const state = arrived(
    arrived(session(inSync), since, 'src/cart.js'),
    since + 31_000,
    ...Array.from({ length: 1240 }, (_, index) => `gen/${index}.js`),
  );
  const lines = view(facts([state]), group('arrivals')).split('\n');
  assert.deepEqual(
    [...lines.slice(0, 2), ...lines.slice(-4)],
    [
      '> (files) 1,240 files -- 14:05:31 · 8 ms [arrival]',
      '    0.js -- gen [arrived path ignore] !openSyncedFile /home/alice/shop/web/gen/0.js',
      '    99.js -- gen [arrived path ignore] !openSyncedFile /home/alice/shop/web/gen/99.js',
      '    and 1,140 more [more]',
      '  cart.js -- 14:05:00 · 8 ms · src [arrived path ignore] !openSyncedFile /home/alice/shop/web/src/cart.js',
      '',
    ],
  );
});

test('what can be restored is listed by path, with the older versions of a path below it', () => {
  const versions = [version('src/cart.js', 1), version('old.js', 2, 'deleted'), version('src/cart.js', 3, 'rescued')];
  assert.equal(
    view(facts([session(inSync)], versions), group('versions')),
    `> cart.js -- replaced 14:59 · src [version] !compareVersion /home/alice/shop/web/src/cart.js
    cart.js -- overwritten 14:57 [version] !compareVersion /home/alice/shop/web/src/cart.js
  old.js -- deleted 14:58 [version] !compareVersion /home/alice/shop/web/old.js
`,
  );
  assert.equal(view(facts([session(inSync)]), group('versions')), '  Nothing to restore [more]\n');
  const many = Array.from({ length: 1290 }, (_, index) => version(`${index}.js`, 1));
  assert.match(
    view(facts([session(inSync)], many), group('versions')),
    /\n {2}1,240 more\.\.\. \[more\] !restoreFile\n$/,
  );
});

test('ids differ, stay the same, and every row knows the one above it', () => {
  const problems = [problem('a'), problem('a', 'remoteRefused')];
  const conflicts = [conflict('a', '1'), conflict('a', '2')];
  const state = session(inSync, { problems, conflicts, watchTrouble: { kind: 'silent' } });
  const sessions = [
    arrived(arrived(state, now, 'a', 'b'), now, 'a'),
    session(inSync, { workload: { ...web, namespace: 'other' } }),
  ];
  const given = facts(sessions, [version('a', 1), version('a', 2), version('b', 3)]);
  const seen = new Set<string>();
  const walk = (parent: SyncNode | undefined): void => {
    for (const { node } of syncRows(parent, given)) {
      const id = syncNodeId(node);
      assert.ok(!seen.has(id), id);
      seen.add(id);
      assert.deepEqual(parentSyncNode(node), parent);
      walk(node);
    }
  };
  walk(undefined);
  assert.equal(seen.size, 22);
});
