import { test } from 'node:test';
import { packagedExtension } from './packagedExtension.ts';
import { runHostTestsInCodeServer } from './hostInCodeServer.ts';
import { runHostTestsInElectron } from './hostInElectron.ts';

// The tests of test/host, which ran in VS Code's extension host: here each gets its name and its result again.
// PODLOOP_ELECTRON names a version of the desktop VS Code to run them in.
const { PODLOOP_ELECTRON: electron } = process.env;
const vsix = [await packagedExtension()];
const results =
  electron === undefined ? await runHostTestsInCodeServer(vsix) : await runHostTestsInElectron(vsix, electron);

for (const { name, failure, skipped, duration } of results) {
  test(name, { skip: skipped }, (context) => {
    context.diagnostic(`${duration.toFixed(0)} ms in the extension host`);
    if (failure === undefined) return;
    const error = new Error(failure.split('\n')[0]);
    error.stack = failure;
    throw error;
  });
}
