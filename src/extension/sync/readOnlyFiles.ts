import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { LocalPath, SyncPath } from '../../base/paths.ts';
import { isInside } from '../session/chooseSession.ts';

/** Scheme of files on this machine that are there to be read: versions that are kept. */
export const readOnlyScheme = 'podloop-version';

/** The address under which editors show a kept version of a path without letting anybody change it. */
export function readOnlyUri(file: LocalPath, path: SyncPath): vscode.Uri {
  // The path is what an editor shows of an address.
  return vscode.Uri.from({ scheme: readOnlyScheme, path: `/${path}`, query: file });
}

/** Serves the kept files of a folder to editors, whatever they contain. */
export function serveReadOnlyFiles(folder: LocalPath): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    // A kept file never changes.
    watch: () => new vscode.Disposable(() => {}),
    async stat(uri) {
      const { ctimeMs, mtimeMs, size } = await found(folder, uri, (file) => stat(file));
      const permissions = vscode.FilePermission.Readonly;
      return { type: vscode.FileType.File, ctime: ctimeMs, mtime: mtimeMs, size, permissions };
    },
    readFile: (uri) => found(folder, uri, (file) => readFile(file)),
    readDirectory: refuse,
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerFileSystemProvider(readOnlyScheme, provider, { isReadonly: true, isCaseSensitive: true }),
  );
}

async function found<T>(folder: LocalPath, uri: vscode.Uri, read: (file: string) => Promise<T>): Promise<T> {
  const file = uri.query;
  if (!isInside(folder, file)) throw vscode.FileSystemError.FileNotFound(uri);
  try {
    return await read(file);
  } catch {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
}
