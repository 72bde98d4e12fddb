import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installDebianPackages } from '../machine/debianPackages.ts';
import { type InstallStep, installOnce } from '../machine/installOnce.ts';
import { programCache } from '../machine/programCache.ts';

/** code-server of npm is VS Code (4.139.1 is VS Code 1.139.1) served to a browser. */
const version = '4.139.1';
const folder = path.join(programCache, 'code-server', version);

const serverFolder = path.join(folder, 'node_modules/code-server/lib/vscode');

/** Program file that Node runs to serve VS Code. */
export const codeServerEntry: string = path.join(folder, 'node_modules/code-server/out/node/entry.js');

/** The browser, and fonts that make its screenshots look like a desktop's. */
const debianPackages: readonly string[] = [
  'chromium',
  'fonts-dejavu-core',
  'fonts-inter',
  'fonts-jetbrains-mono',
  'fonts-noto-color-emoji',
];

/**
 * Installs what the VS Code tests need and is not there yet: code-server into the cache, and on Linux the browser and
 * fonts as Debian packages. Goes on where a killed installation stopped; takes no time when all is there.
 */
export async function installVsCode(report: (line: string) => void): Promise<void> {
  if (process.platform === 'linux' && !existsSync('/usr/bin/apt-get')) findBrowser();
  else if (process.platform === 'linux') await installDebianPackages(debianPackages, report);
  const steps: readonly InstallStep[] = [
    { name: `code-server ${version}`, run: () => npmInstall(folder, [`code-server@${version}`]) },
    { name: 'packages of VS Code', run: () => npmInstall(serverFolder, ['--omit=dev']) },
    {
      name: 'packages of its extensions',
      run: () => npmInstall(path.join(serverFolder, 'extensions'), ['--omit=dev']),
    },
    { name: 'module folder', run: linkModules },
  ];
  await installOnce(folder, steps, (line) => {
    report(`VS Code: ${line}`);
  });
  await replaceLogger();
}

/** Path of a Chromium or Chrome; throws, naming the variable that sets it, when none is found. */
export function findBrowser(): string {
  const known = [
    process.env.PODLOOP_BROWSER,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  const found = known.find((file) => file !== undefined && existsSync(file));
  if (found === undefined) throw new Error('No Chromium or Chrome was found; name one in PODLOOP_BROWSER.');
  return found;
}

/** VS Code looks for its packages under the name that they have in its desktop builds. */
async function linkModules(): Promise<void> {
  const link = path.join(serverFolder, 'node_modules.asar');
  await rm(link, { force: true });
  await symlink('node_modules', link, process.platform === 'win32' ? 'junction' : 'dir');
}

/** Without its native logger VS Code would write no log files and show no output of extensions. */
async function replaceLogger(): Promise<void> {
  const logger = path.join(serverFolder, 'node_modules/@vscode/spdlog');
  const manifestFile = path.join(logger, 'package.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as { main: string };
  await copyFile(path.join(import.meta.dirname, 'fileLogger.mjs'), path.join(logger, 'fileLogger.mjs'));
  if (manifest.main !== 'fileLogger.mjs') {
    await writeFile(manifestFile, JSON.stringify({ ...manifest, main: 'fileLogger.mjs' }, undefined, 2));
  }
}

/** The install scripts only compile native modules that the tests do without; left out, no compiler is needed. */
function npmInstall(cwd: string, args: readonly string[]): Promise<void> {
  const all = [
    'install',
    '--prefix',
    cwd,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
    ...args,
  ];
  const child = spawn('npm', all, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm install in ${cwd} ended with code ${code}:\n${output}`));
    });
  });
}
