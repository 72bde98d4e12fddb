import { existsSync, type FSWatcher, realpathSync, watch } from 'node:fs';
import path from 'node:path';
import { type Disposable, DisposableStore, toDisposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';

/**
 * Tells when one of the files is created, replaced, changed or removed, by watching their folders: a file that is
 * replaced takes a watch on itself along. A call may come too often, never with news missing while the folders stay;
 * create a new watch after each call, as the folder may be another one by then.
 */
export function watchFiles(files: readonly string[], log: Log, onChange: () => void): Disposable {
  const store = new DisposableStore();
  const wanted = new Map<string, Set<string>>();
  for (const file of files.flatMap(withTarget)) {
    const { folder, name } = existingFolder(file);
    wanted.set(folder, (wanted.get(folder) ?? new Set()).add(name));
  }
  for (const [folder, names] of wanted) store.add(watchFolder(folder, names, log, onChange));
  return store;
}

function watchFolder(folder: string, names: ReadonlySet<string>, log: Log, onChange: () => void): Disposable {
  let watcher: FSWatcher;
  const failed = (error: unknown): void => log.warn(`Changes of files in ${folder} are not noticed.`, String(error));
  try {
    watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) onChange();
    });
  } catch (error) {
    failed(error);
    return toDisposable(() => undefined);
  }
  watcher.on('error', failed);
  return toDisposable(() => watcher.close());
}

/** The file and, where it is a symbolic link, what it points at. */
function withTarget(file: string): readonly string[] {
  try {
    return [...new Set([file, realpathSync(file)])];
  } catch {
    // It does not exist yet.
    return [file];
  }
}

/** The nearest folder that exists, and the name in it that leads to the file. */
function existingFolder(file: string): { readonly folder: string; readonly name: string } {
  const folder = path.dirname(file);
  return existsSync(folder) || folder === file ? { folder, name: path.basename(file) } : existingFolder(folder);
}
