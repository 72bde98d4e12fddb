import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { OpenSessions } from '../../../src/extension/session/openSessions.ts';
import { SyncTree } from '../../../src/extension/sync/syncTree.ts';
import { VersionLists } from '../../../src/extension/sync/versionLists.ts';
import { active, arrived, locale, now, problem, session, version, web } from '../present/sessionStates.ts';
import { fakeSession } from './fakeSession.ts';

const inSync = active({ kind: 'inSync', files: 1 });

function look() {
  const sessions = new OpenSessions();
  const versions = new VersionLists(sessions);
  const tree = new SyncTree({ sessions, versions, reader: () => ({ now, locale }), log: silentLog });
  const changes: string[] = [];
  tree.onChange((element) => changes.push(element?.row.label ?? 'the top'));
  const take = (): readonly string[] => changes.splice(0);
  return { sessions, tree, take };
}

test('a session that comes or goes is a change of the top', () => {
  const { sessions, tree, take } = look();
  assert.deepEqual(tree.children(undefined), []);
  const { session, become } = fakeSession(inSync);
  sessions.add(session);
  assert.deepEqual(take(), ['the top']);
  assert.deepEqual(
    tree.children(undefined).map(({ row }) => row.label),
    ['web'],
  );
  become({ kind: 'ended', error: undefined });
  assert.deepEqual(take(), ['the top']);
});

test('a row that says something else is told by itself, once, and stays the same object', () => {
  const { sessions, tree, take } = look();
  const { session, become } = fakeSession(inSync);
  sessions.add(session);
  const [before] = tree.children(undefined);
  become(active({ kind: 'paused' }));
  become(active({ kind: 'paused' }));
  assert.deepEqual(take(), ['web']);
  assert.equal(before?.row.description, 'sync paused');
  assert.equal(tree.children(undefined)[0], before);
});

test('what comes below a row is told for that row, and not again before it was asked for', () => {
  const { sessions, tree, take } = look();
  const { session: dev, become } = fakeSession(inSync);
  sessions.add(dev);
  const [top] = tree.children(undefined);
  assert.ok(top !== undefined);
  tree.children(top);
  const first = arrived(session(inSync), now, 'a.js');
  become(inSync, first);
  assert.deepEqual(take(), ['web']);
  const [group] = tree.children(top);
  assert.deepEqual(
    tree.children(group).map(({ row }) => row.label),
    ['a.js'],
  );
  const second = arrived(first, now, 'b.js');
  become(inSync, second);
  become(inSync, arrived(second, now, 'c.js'));
  assert.deepEqual(take(), ['Recently Synced']);
  assert.deepEqual(
    tree.children(group).map(({ row }) => row.label),
    ['c.js', 'b.js', 'a.js'],
  );
});

test('nobody is told anything while nobody looks; the next look shows it', () => {
  const { sessions, tree, take } = look();
  const { session, become } = fakeSession(inSync);
  sessions.add(session);
  tree.children(undefined);
  tree.setVisible(false);
  become(active({ kind: 'scanning' }));
  assert.deepEqual(take(), []);
  tree.setVisible(true);
  assert.deepEqual(take(), ['web']);
});

test('a row can be found before the rows above it were asked for', () => {
  const { sessions, tree } = look();
  const { session: dev, become } = fakeSession(inSync);
  sessions.add(dev);
  become(inSync, { problems: [problem('x')] });
  const group = tree.find({ kind: 'group', workload: web, group: 'problems' });
  assert.equal(group?.row.label, 'Not Synced');
  assert.equal(tree.parent(group)?.row.label, 'web');
  assert.equal(tree.find({ kind: 'group', workload: web, group: 'arrivals' }), undefined);
});

test('versions are asked for when their row is opened, and again when something happened', async () => {
  const { sessions, tree, take } = look();
  const { session: dev, become, keep } = fakeSession(inSync);
  sessions.add(dev);
  const open = async (): Promise<readonly string[]> => {
    const group = tree.find({ kind: 'group', workload: web, group: 'versions' });
    await tree.prepare(group);
    return tree.children(group).map(({ row }) => row.label);
  };
  assert.deepEqual(await open(), ['Nothing to restore']);
  keep(version('a.js', 1));
  take();
  become(inSync, arrived(session(inSync), now, 'x'));
  assert.deepEqual(take().toSorted(), ['Deleted or Replaced', 'web']);
  assert.deepEqual(await open(), ['a.js']);
});

test('who asks for versions while they are being asked for gets an answer that is not older than the question', async () => {
  const sessions = new OpenSessions();
  const { session: dev, keep } = fakeSession(inSync);
  sessions.add(dev);
  const versions = new VersionLists(sessions);
  const first = versions.ask(web);
  keep(version('a.js', 1));
  await Promise.all([first, versions.ask(web), versions.ask(web)]);
  assert.deepEqual(
    versions.of(web).map(({ path }) => path),
    ['a.js'],
  );
});
