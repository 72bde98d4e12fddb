import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { until } from '../machine/until.ts';
import { scenario } from '../vscode/scenario.ts';
import { VsCode } from '../vscode/vsCode.ts';

// What every other end-to-end test stands on: a person's ordinary work in a VS Code without the extension.

const program = `function add(a, b) {
  const sum = a + b;
  return sum;
}

console.log('total', add(2, 40));
`;
const launch = {
  version: '0.2.0',
  configurations: [{ name: 'app', type: 'node', request: 'launch', program: '${workspaceFolder}/app.js' }],
};

let folder: string;
let vsCode: VsCode;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'podloop-harness-'));
  await mkdir(path.join(folder, '.vscode'));
  await writeFile(path.join(folder, 'app.js'), program);
  await writeFile(path.join(folder, '.vscode/launch.json'), JSON.stringify(launch));
  vsCode = await VsCode.open({ name: 'harness', folder });
});

after(async () => {
  await vsCode.dispose();
  await rm(folder, { recursive: true, force: true });
});

scenario(
  'a file is opened, edited and saved',
  () => vsCode,
  async ({ editor }, step) => {
    await step('open the file', () => editor.open('app.js'));
    await step('change a line', () => editor.replaceLine(6, "console.log('sum', add(2, 40));"));
    await step('add a line by typing', async () => {
      await editor.goTo(6, 40);
      await editor.type('\n// by hand');
    });
    await step('save', () => editor.save());
    const edited = program.replace("'total', add(2, 40));", "'sum', add(2, 40));\n// by hand");
    await until(
      'the file has the new text',
      async () => (await readFile(path.join(folder, 'app.js'), 'utf8')) === edited,
    );
    assert.match(await editor.visibleText(), /\/\/ by hand/);
  },
);

scenario(
  'a terminal runs a command and is split',
  () => vsCode,
  async ({ terminal }, step) => {
    await step('open a terminal', () => terminal.open());
    await step('run echo', async () => {
      await terminal.run('echo "in $(basename "$PWD") as $((6 * 7))"');
      await terminal.waitForText(`in ${path.basename(folder)} as 42`);
    });
    await step('split it', () => terminal.split());
    await step('use the new half', async () => {
      await terminal.run('echo $((20 + 3))');
      assert.doesNotMatch(await terminal.waitForText(/^23$/m), /as 42/);
    });
    assert.equal((await terminal.names()).length, 2);
  },
);

scenario(
  'a breakpoint stops a program, shows its variables and lets it go on',
  () => vsCode,
  async ({ editor, debug }, step) => {
    await step('open the file', () => editor.open('app.js'));
    await step('set a breakpoint', () => editor.toggleBreakpoint(3));
    await step('start', () => debug.start());
    await step('stop at the breakpoint', async () => {
      const [top] = await debug.waitForStop();
      assert.equal(await editor.stoppedLine(), 3, top);
      assert.match((await debug.frames())[0] ?? '', /add.*app\.js.*3:/);
    });
    await step('see a variable', async () => {
      assert.equal(await debug.variable('sum'), '42');
    });
    await step('evaluate', () => debug.evaluate('sum + 1', '43'));
    await step('continue to the end', async () => {
      await debug.press('Continue');
      await debug.waitUntilEnded();
      await debug.waitForConsole('sum 42');
    });
    await step('take the breakpoint away', () => editor.toggleBreakpoint(3));
  },
);

scenario(
  'a window comes back after a reload, after its extension host died and after VS Code died',
  () => vsCode,
  async ({ workbench, editor, terminal }, step) => {
    await step('reload', () => workbench.reload());
    assert.deepEqual(await editor.tabs(), ['app.js']);
    await step('kill the extension host', () => vsCode.crashExtensionHost());
    await step('crash VS Code', () => vsCode.crashAndReopen());
    await step('work on', async () => {
      await terminal.open();
      await terminal.run('echo $((6 * 7))');
      await terminal.waitForText(/^42$/m);
    });
  },
);
