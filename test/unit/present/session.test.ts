import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionMenu } from '../../../src/present/sessionMenu.ts';
import { startProgress, stepReport } from '../../../src/present/startProgress.ts';
import { statusBarView } from '../../../src/present/statusBar.ts';
import type { SessionState, StepReport } from '../../../src/session/core/state.ts';
import { active, locale, now, problem, sending, session, since, starting } from './sessionStates.ts';

const bars: readonly (readonly [SessionState, string])[] = [
  [session(starting()), '$(loading~spin) web: starting'],
  [
    session(starting({ step: 'pull', detail: 'Pulling node:24', took: undefined })),
    '$(loading~spin) web: pulling the image',
  ],
  [
    session({
      kind: 'starting',
      steps: [{ step: 'firstSync', detail: 'Syncing', took: undefined }],
      sync: sending,
    }),
    '$(sync~spin) web: syncing 12 of 400 files',
  ],
  [session(active({ kind: 'connecting' })), '$(sync~spin) web: connecting'],
  [session(active({ kind: 'scanning' })), '$(sync~spin) web: scanning'],
  [session(active(sending)), '$(sync~spin) web: syncing 12 of 400 files'],
  [session(active({ ...sending, files: 0, totalFiles: 1 })), '$(sync~spin) web: syncing 0 of 1 file'],
  [session(active({ kind: 'inSync', files: 400 })), '$(check) web: in sync'],
  [
    session(active({ kind: 'inSync', files: 400 }), { problems: [problem('a')] }),
    '$(warning) web: in sync but for 1 path warning',
  ],
  [
    session(active({ kind: 'disconnected', since, reason: 'no route' })),
    '$(debug-disconnect) web: disconnected since 14:05 warning',
  ],
  [
    session({ kind: 'recovering', since, reason: 'The pod is gone.' }),
    '$(debug-disconnect) web: disconnected since 14:05 warning',
  ],
  [session(active({ kind: 'paused' })), '$(debug-pause) web: sync paused warning'],
  [session(active({ kind: 'failed', error: new Error('disk full') })), '$(error) web: sync stopped error'],
  [session({ kind: 'ending' }), '$(loading~spin) web: ending dev mode'],
];

for (const [state, expected] of bars) {
  test(`the status bar says: ${expected}`, () => {
    const view = statusBarView([state], now, locale);
    assert.equal([view?.text, view?.background].filter(Boolean).join(' '), expected);
  });
}

test('without a session there is nothing in the status bar', () => {
  assert.equal(statusBarView([], now, locale), undefined);
});

test('of several sessions the one in trouble speaks, and the tooltip tells of all', () => {
  const calm = session(active({ kind: 'inSync', files: 4 }));
  const down = session(
    { kind: 'recovering', since, reason: 'The pod is gone.' },
    {
      workload: { context: 'kind', namespace: 'shop', kind: 'Deployment', name: 'orders' },
    },
  );
  const view = statusBarView([calm, down], now, locale);
  assert.equal(view?.text, '$(debug-disconnect) orders (+1): disconnected since 14:05');
  assert.equal(view.accessibleLabel, 'Podloop, orders (+1): disconnected since 14:05');
  assert.match(view.tooltip, /\*\*Deployment web\*\*[\s\S]+---[\s\S]+\*\*Deployment orders\*\*/);
});

test('the tooltip has the facts of a session', () => {
  const state = session(active({ kind: 'inSync', files: 4 }), {
    forwards: [{ remote: 8080, local: 38935 }],
    problems: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((path) => problem(path)),
  });
  assert.equal(
    statusBarView([state], now, locale)?.tooltip,
    `**Deployment web**

Status: in sync but for 7 paths${'  '}
Context: \`kind\`, namespace \`shop\`${'  '}
Pod: \`web-1\`${'  '}
Container: \`main\`${'  '}
Folder: \`/home/alice/shop/web\` → \`/app\`${'  '}
Ports: localhost:38935 → 8080

Not synced: 7 paths

- \`a\`: Permission denied.
- \`b\`: Permission denied.
- \`c\`: Permission denied.
- \`d\`: Permission denied.
- \`e\`: Permission denied.
- and 2 more`,
  );
});

function menu(state: SessionState, running?: 'run' | 'debug'): string {
  return sessionMenu(state, { running })
    .map((line) => (line.kind === 'separator' ? `-- ${line.label}` : `${line.verb}: ${line.label}`))
    .join('\n');
}

test('the menu of a session in sync offers the work', () => {
  assert.equal(
    menu(session(active({ kind: 'inSync', files: 4 }), { forwards: [{ remote: 8080, local: 8080 }] })),
    `openTerminal: Open Terminal
run: Run
debug: Debug
-- Ports
openPort: Open Forwarded Port
forwardPort: Forward Port...
-- Sync
flushSync: Wait for Sync
pauseSync: Pause Sync
restoreFile: Restore Deleted or Replaced File...
showSynced: Show What Is Synced
showLogs: Show Pod Logs
-- Session
showLog: Show Log
endDevelop: End Develop`,
  );
});

test('the menu of a session whose program runs offers to restart and to stop it', () => {
  const lines = menu(session(active({ kind: 'inSync', files: 4 })), 'debug');
  assert.match(lines, /restartRun: Restart Debug\nstopRun: Stop Debug/);
  assert.doesNotMatch(lines, /^run:/m);
});

test('the menu of a session without its pod offers to reconnect and to end', () => {
  assert.equal(
    menu(session({ kind: 'recovering', since, reason: 'gone' }, { problems: [problem('a')] })),
    `-- Sync
showProblems: Show Paths Not Synced
reconnect: Reconnect Now
-- Session
showLog: Show Log
endDevelop: End Develop`,
  );
});

test('the progress of a start never falls, names the step and counts the time', () => {
  const check: StepReport = { step: 'check', detail: 'Checking web', took: 40 };
  const pull: StepReport = { step: 'pull', detail: 'Pulling image node:24', took: undefined };
  const first: StepReport = { step: 'firstSync', detail: 'Syncing /shop', took: undefined };
  const seen = [
    startProgress(session(starting()), 0),
    startProgress(session(starting({ ...check, took: undefined })), 10),
    startProgress(session(starting(check, pull)), 12_000),
    startProgress(session(starting(first)), 65_000),
    startProgress(session({ kind: 'starting', steps: [first], sync: sending }), 66_000),
    startProgress(session(active(sending)), 66_000),
  ];
  assert.deepEqual(
    seen.map(({ message, percent }) => `${percent} ${message}`),
    [
      '0 0.0 s',
      '0 Checking web (0.0 s)',
      '30 Pulling image node:24 (12 s)',
      '60 Syncing /shop (1 min 5 s)',
      '70 syncing 12 of 400 files (1 min 6 s)',
      '70 syncing 12 of 400 files (1 min 6 s)',
    ],
  );
  assert.equal(stepReport([check, pull], 12_000), 'checking 0.0 s, pulling the image 12 s, 12 s in all');
});
