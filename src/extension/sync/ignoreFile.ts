import { readFile, rm, writeFile } from 'node:fs/promises';
import type { LocalPath } from '../../base/paths.ts';

/** Adds a rule as the last line, which wins over all before it; answers whether it was not there already. */
export async function addRule(file: LocalPath, rule: string): Promise<boolean> {
  const text = await read(file);
  if (text.split(/\r?\n/).includes(rule)) return false;
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  await writeFile(file, `${text}${separator}${rule}\n`);
  return true;
}

/** Takes a rule away again; a file that is empty then goes as well. */
export async function removeRule(file: LocalPath, rule: string): Promise<void> {
  const lines = (await read(file)).split('\n');
  const text = lines.filter((line) => line.replace(/\r$/, '') !== rule).join('\n');
  if (text === '') await rm(file, { force: true });
  else await writeFile(file, text);
}

async function read(file: LocalPath): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
