import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parentSyncNode, syncNodeId, type SyncNode, type SyncRow } from '../../../src/present/syncNode.ts';
import { syncRows } from '../../../src/present/syncRows.ts';
import type { SessionState } from '../../../src/session/core/state.ts';
import { rowText } from './rowText.ts';
import { active, arrived, locale, now, problem, sending, session, since } from './sessionStates.ts';

const inSync = active({ kind: 'inSync', files: 400 });
const reader = { now, locale };

/** All rows as VS Code would show them with everything expanded, two spaces per level. */
function view(...sessions: readonly SessionState[]): string {
  const below = (parent: SyncNode | undefined, indent: string): string =>
    syncRows(parent, sessions, reader)
      .map((row) => `${indent}${rowText(row)}${mark(row)}\n${below(row.node, `${indent}  `)}`)
      .join('');
  return below(undefined, '');
}

function mark({ file }: SyncRow): string {
  return file === undefined ? '' : ` = ${file.folder}/${file.path}`;
}

test('without a session there is nothing', () => {
  assert.equal(view(), '');
});

test('a session says how it stands, in the words of the status bar', () => {
  assert.equal(
    view(
      session(inSync),
      session(active({ kind: 'paused' })),
      session(active({ kind: 'scanning' })),
      session(active({ kind: 'disconnected', since, reason: 'no route' })),
      session(active({ kind: 'failed', error: new Error('web is missing') })),
      session({ kind: 'ending' }),
    ),
    `v (check testing.iconPassed) web -- in sync [session running]
v (debug-pause list.warningForeground) web -- sync paused [session paused]
v (sync~spin) web -- scanning [session running]
v (debug-disconnect list.warningForeground) web -- disconnected since 14:05 [session running]
v (error list.errorForeground) web -- sync stopped [session running]
v (loading~spin) web -- ending dev mode [session]
`,
  );
});

test('while it sends it says how much is left and how quickly it goes', () => {
  const phase = active({ ...sending, files: 1200, totalFiles: 4000, bytes: 12_000_000, totalBytes: 50_400_000 });
  const description = (sendingSince: number): string | undefined =>
    syncRows(undefined, [session(phase, { sendingSince })], reader)[0]?.description;
  assert.equal(description(now - 4000), 'syncing 1,200 of 4,000 files · 38 MB left · 3.0 MB/s');
  assert.equal(description(now - 200), 'syncing 1,200 of 4,000 files · 38 MB left', 'too early for a rate');
});

test('each path that is not synced says why and offers what helps', () => {
  const state = session(inSync, {
    problems: [problem('data/big.bin', 'remoteDiskFull'), problem('secret.key'), problem('tmp/socket', 'specialFile')],
  });
  assert.equal(
    view(state),
    `v (warning list.warningForeground) web -- in sync but for 3 paths [session running]
  v (warning) Not Synced -- 3 [group problems]
      (warning list.warningForeground) big.bin -- data · has no room on the pod's disk [problem path showSynced retry ignore] = /home/alice/shop/web/data/big.bin
      (warning list.warningForeground) secret.key -- cannot be read [problem path retry ignore] = /home/alice/shop/web/secret.key
      (warning list.warningForeground) socket -- tmp · is no file, folder or link [problem path ignore] = /home/alice/shop/web/tmp/socket
`,
  );
});

test('what arrived lately is there newest first, with its time; a batch can be opened', () => {
  const state = arrived(
    arrived(session(inSync), since, 'src/cart.js'),
    since + 31_000,
    ...Array.from({ length: 1240 }, (_, index) => `gen/${index}.js`),
  );
  const lines = view(state).split('\n');
  assert.deepEqual(
    [...lines.slice(0, 5), ...lines.slice(-4)],
    [
      'v (check testing.iconPassed) web -- in sync [session running]',
      '  v (history) Recently Synced [group arrivals]',
      '    > (files) 1,240 files -- 14:05:31 · 8 ms [arrival]',
      '        0.js -- gen [arrived path ignore] = /home/alice/shop/web/gen/0.js',
      '        1.js -- gen [arrived path ignore] = /home/alice/shop/web/gen/1.js',
      '        99.js -- gen [arrived path ignore] = /home/alice/shop/web/gen/99.js',
      '        and 1,140 more [more]',
      '      cart.js -- 14:05:00 · 8 ms · src [arrived path ignore] = /home/alice/shop/web/src/cart.js',
      '',
    ],
  );
});

test('ids differ, stay the same, and every row knows the one above it', () => {
  const state = arrived(session(inSync, { problems: [problem('a'), problem('a', 'remoteRefused')] }), now, 'a', 'b');
  const sessions = [arrived(state, now, 'a'), session(inSync, { workload: { ...state.workload, namespace: 'other' } })];
  const seen = new Set<string>();
  const walk = (parent: SyncNode | undefined): void => {
    for (const { node } of syncRows(parent, sessions, reader)) {
      const id = syncNodeId(node);
      assert.ok(!seen.has(id), id);
      seen.add(id);
      assert.deepEqual(parentSyncNode(node), parent);
      walk(node);
    }
  };
  walk(undefined);
  assert.equal(seen.size, 10);
});
