import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { buildBundles, checkout } from './bundles.ts';
import { runNode } from './programs.ts';

// `npm run package`: bundles and packs dist/podloop-VERSION.vsix, the extension as users get it.
await rm(path.join(checkout, 'dist'), { recursive: true, force: true });
await mkdir(path.join(checkout, 'dist'));
await buildBundles();
const { version } = JSON.parse(await readFile(path.join(checkout, 'package.json'), 'utf8')) as { version: string };
const vsix = path.join('dist', `podloop-${version}.vsix`);
const code = await runNode([
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--no-rewrite-relative-links',
  '--allow-missing-repository',
  '--out',
  vsix,
]);
if (code !== 0) process.exit(code);
const { size } = await stat(path.join(checkout, vsix));
console.log(`${vsix}: ${(size / 1024 / 1024).toFixed(2)} MiB`);
