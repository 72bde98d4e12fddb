import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Installs the Debian packages of `names` that are missing, and reports each line of apt as it comes. Does nothing, and
 * needs no rights, when all are there. Throws, before anything is changed, where apt or the rights are missing.
 */
export async function installDebianPackages(names: readonly string[], report: (line: string) => void): Promise<void> {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const reason = whyImpossible();
  if (reason !== undefined) throw new Error(`Debian packages are missing (${missing.join(' ')}): ${reason}`);
  report(`Debian packages: ${missing.join(' ')}`);
  // A killed apt leaves half-configured packages behind; this finishes them, and does nothing otherwise.
  await runApt('dpkg', ['--configure', '-a'], report);
  const install = ['install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600', ...missing];
  // The package lists of a fresh machine are empty or old; reading them anew costs a second.
  await runApt('apt-get', ['update', '-qq'], report);
  await runApt('apt-get', install, report);
  const left = missingPackages(names);
  if (left.length > 0) throw new Error(`apt-get ended well, yet these are not installed: ${left.join(' ')}.`);
}

function missingPackages(names: readonly string[]): string[] {
  const query = spawnSync('dpkg-query', ['--show', '--showformat=${Package} ${db:Status-Status}\n', ...names], {
    encoding: 'utf8',
  });
  // Unknown names make dpkg-query exit 1 and still list the others; without dpkg there is no output.
  const installed = new Set(
    (query.error === undefined ? query.stdout : '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.slice(0, line.indexOf(' '))),
  );
  return names.filter((name) => !installed.has(name));
}

function whyImpossible(): string | undefined {
  if (!existsSync('/usr/bin/apt-get')) return 'this is not a Debian machine; install their like by hand.';
  if (process.getuid?.() !== 0) return `run \`apt-get install\` for them as root, then the same command again.`;
  return undefined;
}

function runApt(program: string, args: readonly string[], report: (line: string) => void): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
        tail.push(line);
        if (tail.length > 20) tail.shift();
        if (/^(Get:|Unpacking|Setting up)/.test(line)) report(`  ${line.trim()}`);
      }
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args[0]} ended with code ${code}:\n${tail.join('\n')}`));
    });
  });
}
