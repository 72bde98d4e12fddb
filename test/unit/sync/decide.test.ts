import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { contentHash } from '../../../src/protocol/contentHash.ts';
import { absent, type FileState, folder, type PathState } from '../../../src/protocol/pathState.ts';
import { orderPaths, type PathKinds } from '../../../src/sync/core/batchOrder.ts';
import { decide, type Decision, type LocalView } from '../../../src/sync/core/decide.ts';
import { isInsideLink } from '../../../src/sync/core/linkTarget.ts';
import { settledTrack, type Track } from '../../../src/sync/core/track.ts';
import { at } from '../protocol/frames.ts';

const one = file('1');
const two = file('2');
const script: FileState = { ...one, executable: 'yes' };
const link: PathState = { kind: 'link', target: 'x' };
const ignored = { kind: 'ignored' } as const;
const unknown = { kind: 'unknown' } as const;

/** What is here, what is there, what this workspace put there, and what follows. */
const table: [string, LocalView, PathState, PathState | undefined, Decision][] = [
  ['nothing anywhere', absent, absent, undefined, { kind: 'nothing' }],
  ['a new file', one, absent, undefined, { kind: 'create', state: one, base: absent }],
  ['a changed file', two, one, one, { kind: 'create', state: two, base: one }],
  ['an equal file', one, one, one, { kind: 'nothing' }],
  [
    'an equal file that came from elsewhere',
    one,
    one,
    undefined,
    { kind: 'setExecutable', base: one, executable: 'no' },
  ],
  ['a mode', script, one, one, { kind: 'setExecutable', base: one, executable: 'yes' }],
  ['a mode that this disk does not know', { ...one, executable: 'keep' }, script, script, { kind: 'nothing' }],
  ['a file gone here', absent, one, one, { kind: 'delete', base: one }],
  ['a file gone here, changed there', absent, two, one, { kind: 'forget' }],
  ['a file that is only there', absent, two, undefined, { kind: 'nothing' }],
  ['changed there only', one, two, one, { kind: 'keepRemote' }],
  ['changed on both sides', file('3'), two, one, { kind: 'create', state: file('3'), base: two }],
  ['gone there', one, absent, one, { kind: 'create', state: one, base: absent }],
  ['another file was there before', one, two, undefined, { kind: 'create', state: one, base: two }],
  ['a folder where a file was', folder, one, one, { kind: 'create', state: folder, base: one }],
  ['a link where a folder was', link, folder, folder, { kind: 'create', state: link, base: folder }],
  ['newly ignored', ignored, one, one, { kind: 'forget' }],
  ['ignored and never sent', ignored, one, undefined, { kind: 'nothing' }],
  ['unreadable here', unknown, one, one, { kind: 'nothing' }],
];

const three = file('3');
const conflict: Decision = { kind: 'conflict', mine: three, theirs: two };

/** The same, when each side follows the other. */
const bothWays: [string, LocalView, PathState, PathState | undefined, Decision][] = [
  ['changed here only', two, one, one, { kind: 'create', state: two, base: one }],
  ['changed there only', one, two, one, { kind: 'take', state: two, base: one }],
  ['changed on both sides', three, two, one, conflict],
  ['made on both sides', three, two, undefined, conflict],
  ['changed on both sides to the same', two, two, one, { kind: 'setExecutable', base: two, executable: 'no' }],
  ['gone on both sides', absent, absent, one, { kind: 'forget' }],
  ['gone here', absent, one, one, { kind: 'delete', base: one }],
  ['gone there', one, absent, one, { kind: 'take', state: absent, base: one }],
  ['gone here, changed there', absent, two, one, { kind: 'take', state: two, base: absent }],
  ['gone there, changed here', two, absent, one, { kind: 'create', state: two, base: absent }],
  ['made there', absent, one, undefined, { kind: 'take', state: one, base: absent }],
  ['a folder made there', absent, folder, undefined, { kind: 'take', state: folder, base: absent }],
  ['made executable there', one, script, one, { kind: 'take', state: script, base: one }],
  ['made executable here', script, one, one, { kind: 'setExecutable', base: one, executable: 'yes' }],
  ['a file here and a folder there', three, folder, one, { kind: 'create', state: three, base: folder }],
  ['a folder here and a file there', folder, two, one, { kind: 'conflict', mine: folder, theirs: two }],
  ['ignored here', ignored, two, one, { kind: 'forget' }],
  ['unreadable here', unknown, absent, one, { kind: 'nothing' }],
];

suite('one path that goes both ways', () => {
  for (const [name, local, current, put, wanted] of bothWays) {
    test(name, () => {
      assert.deepEqual(decide(local, settledTrack(current, put), 'twoWay'), wanted);
    });
  }

  test('what only this side knows to be agreed is told', () => {
    const track: Track = { ...settledTrack(one, one), untold: true };
    assert.deepEqual(decide(one, track, 'twoWay'), { kind: 'setExecutable', base: one, executable: 'no' });
    assert.deepEqual(decide(two, track, 'twoWay'), { kind: 'create', state: two, base: one });
  });
});

suite('one path of a mirror, and of a folder that follows', () => {
  const cases: [string, LocalView, PathState, PathState | undefined, Decision, Decision][] = [
    ['only there', absent, one, undefined, { kind: 'delete', base: one }, { kind: 'take', state: one, base: absent }],
    [
      'changed there',
      one,
      two,
      one,
      { kind: 'create', state: one, base: two },
      { kind: 'take', state: two, base: one },
    ],
    [
      'only here',
      one,
      absent,
      undefined,
      { kind: 'create', state: one, base: absent },
      { kind: 'take', state: absent, base: one },
    ],
    ['ignored here', ignored, one, undefined, { kind: 'nothing' }, { kind: 'nothing' }],
    ['unreadable here', unknown, one, one, { kind: 'nothing' }, { kind: 'nothing' }],
  ];
  for (const [name, local, current, put, mirror, follow] of cases) {
    test(name, () => {
      assert.deepEqual(decide(local, settledTrack(current, put), 'mirror'), mirror);
      assert.deepEqual(decide(local, settledTrack(current, put), 'follow'), follow);
    });
  }
});

suite('one path of a push', () => {
  for (const [name, local, current, put, wanted] of table) {
    test(name, () => {
      assert.deepEqual(decide(local, settledTrack(current, put), 'push'), wanted);
    });
  }

  test('what is under way counts as being there', () => {
    const track: Track = { current: one, put: one, inFlight: 1, expected: two, expectedPut: two };
    assert.deepEqual(decide(two, track, 'push'), { kind: 'nothing' });
    assert.deepEqual(decide(absent, track, 'push'), { kind: 'delete', base: two });
    assert.deepEqual(decide(one, track, 'push'), { kind: 'create', state: one, base: two });
  });

  test("what is about to be forgotten is the other side's own already", () => {
    const track: Track = { current: two, put: one, inFlight: 1, expected: two, expectedPut: undefined };
    assert.deepEqual(decide(absent, track, 'push'), { kind: 'nothing' });
  });
});

test('changes are ordered so that each can be carried out', () => {
  const kinds = (path: string, local: PathKinds['local'], remote: PathKinds['remote']): PathKinds => ({
    path: at(path),
    local,
    remote,
  });
  const order = orderPaths([
    kinds('gone', 'absent', 'folder'),
    kinds('gone/inside', 'absent', 'file'),
    kinds('new/deep/file', 'file', 'absent'),
    kinds('new/deep', 'folder', 'absent'),
    kinds('new', 'folder', 'absent'),
    kinds('was-folder', 'file', 'folder'),
    kinds('was-folder/x', 'absent', 'file'),
    kinds('was-file', 'folder', 'file'),
    kinds('was-file/y', 'file', 'absent'),
    kinds('was-link', 'file', 'link'),
    kinds('later-ignored', 'ignored', 'file'),
  ]);
  assert.deepEqual(order, {
    clear: ['was-folder/x', 'was-folder', 'was-file'],
    folders: ['new', 'was-file', 'new/deep'],
    contents: ['new/deep/file', 'was-folder', 'was-file/y', 'was-link', 'later-ignored'],
    removals: ['gone/inside', 'gone'],
  });
});

test('a link stays inside when no step of it leads above the root', () => {
  const inside = [
    ['a', 'b'],
    ['d/a', '../b'],
    ['d/a', './x/../../b'],
    ['a', 'no/such/place'],
    ['a/b/c', '../..'],
  ];
  const outside = [
    ['a', '/etc'],
    ['a', '..'],
    ['d/a', '../../b'],
    ['a', 'x/../../d/y'],
    ['a', 'C:\\x'],
    ['a', '\\\\server'],
    ['a', ''],
  ];
  for (const [path = '', target = ''] of inside) assert.ok(isInsideLink(at(path), target), `${path} to ${target}`);
  for (const [path = '', target = ''] of outside) assert.ok(!isInsideLink(at(path), target), `${path} to ${target}`);
});

function file(digit: string): FileState {
  return { kind: 'file', hash: contentHash(digit.repeat(64)), size: 10, executable: 'no' };
}
