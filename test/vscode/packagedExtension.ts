import { access, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Path of the VSIX that `npm run package` leaves; throws, saying so, where there is none. */
export async function packagedExtension(): Promise<string> {
  const checkout = path.resolve(import.meta.dirname, '../..');
  const manifest = JSON.parse(await readFile(path.join(checkout, 'package.json'), 'utf8')) as { version: string };
  const file = path.join(checkout, `dist/podloop-${manifest.version}.vsix`);
  await access(file).catch((cause: unknown) => {
    throw new Error(`${file} is missing; \`npm run package\` makes it.`, { cause });
  });
  return file;
}
