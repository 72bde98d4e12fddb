// The door of every npm script. Runs on any Node from 18 on, with nothing installed: it brings the pinned Node and the
// locked npm packages, then hands over to the TypeScript program of the verb.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const nodeVersion = '24.21.0';
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cache =
  process.env.PODLOOP_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'podloop');

/** Verb of package.json -> the program that does it. */
const programs = {
  build: 'scripts/build.ts',
  check: 'scripts/check.ts',
  package: 'scripts/package.ts',
  test: 'scripts/test.ts',
  'test:unit': 'scripts/test.ts',
  'test:sync': 'scripts/test.ts',
  'test:cluster': 'scripts/test.ts',
  'test:host': 'scripts/test.ts',
  'test:e2e': 'scripts/test.ts',
  'test:electron': 'scripts/testElectron.ts',
  demo: 'scripts/demo.ts',
  bench: 'scripts/bench.ts',
  soak: 'scripts/soak.ts',
  cluster: 'test/cluster/cli.ts',
};

function say(text) {
  process.stderr.write(`podloop: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = path.join(cache, 'node', nodeVersion);
  const program = path.join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  say(`bringing Node ${nodeVersion} (this is Node ${process.versions.node})`);
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  npm(
    [
      'install',
      '--prefix',
      partial,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${nodeVersion}`,
    ],
    partial,
  );
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  if (!existsSync(program))
    fail(`npm package ${name}@${nodeVersion} has no program for ${process.platform} ${process.arch}.`);
  return program;
}

function ensurePackages() {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(root, 'node_modules', '.podloop-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing the locked npm packages');
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root);
  writeFileSync(stamp, wanted);
}

function npm(args, cwd) {
  const result = spawnSync('npm', args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) fail(`npm ${args[0]} failed; its output is above. Run the same command again to go on.`);
}

const [verb = '', ...args] = process.argv.slice(2);
const program = programs[verb];
if (program === undefined) fail(`unknown verb '${verb}'; known: ${Object.keys(programs).join(', ')}`);
const node = ensureNode();
ensurePackages();
const env = {
  ...process.env,
  PODLOOP_CACHE: cache,
  PODLOOP_VERB: verb,
  PATH: path.dirname(node) + path.delimiter + process.env.PATH,
};
const child = spawn(node, ['--disable-warning=ExperimentalWarning', path.join(root, program), ...args], {
  stdio: 'inherit',
  env,
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
