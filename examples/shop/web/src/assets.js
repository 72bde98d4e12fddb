import { readFile } from 'node:fs/promises';

const folder = new URL('../public/', import.meta.url);
const types = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };

/** A file of `public/` as a reply. It is read anew each time, so that an edit needs no restart. */
export async function readAsset(name) {
  try {
    const body = await readFile(new URL(name, folder));
    const type = types[name.slice(name.lastIndexOf('.') + 1)];
    return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-cache' }, body };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found\n' };
  }
}
