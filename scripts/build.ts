import { rm } from 'node:fs/promises';
import path from 'node:path';
import { buildBundles, checkout } from './bundles.ts';

// `npm run build [-- NAME …]`: all bundles into dist/, or the named ones beside what is there.
const names = process.argv.slice(2);
if (names.length === 0) await rm(path.join(checkout, 'dist'), { recursive: true, force: true });
const built = await buildBundles(names.length === 0 ? undefined : names);
for (const metafile of built.values()) {
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (!file.endsWith('.map')) console.log(`${file.padEnd(48)} ${(bytes / 1024).toFixed(1).padStart(8)} KiB`);
  }
}
