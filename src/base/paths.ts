declare const brand: unique symbol;

/** Absolute path on the developer's machine, in that machine's own notation. */
export type LocalPath = string & { readonly [brand]: 'LocalPath' };
/** Absolute POSIX path inside the dev container. */
export type RemotePath = string & { readonly [brand]: 'RemotePath' };
/** Path relative to the synced root: `/`-separated, no leading `/`, no `.`/`..` parts; the root itself is ''. */
export type SyncPath = string & { readonly [brand]: 'SyncPath' };

/** The synced root itself. */
export const rootSyncPath = '' as SyncPath;

export function localPath(path: string): LocalPath {
  return path as LocalPath;
}

export function remotePath(path: string): RemotePath {
  if (!path.startsWith('/')) throw new Error(`Not an absolute POSIX path: ${path}`);
  return path as RemotePath;
}

/** Longest path and component that either end accepts, in UTF-8 bytes. */
export const maxPathBytes = 4096;
export const maxComponentBytes = 255;

/** Reads a path that came from a disk or from the wire; `undefined` when it could name anything outside the root. */
export function readSyncPath(path: string): SyncPath | undefined {
  if (path === '') return path as SyncPath;
  if (path.includes('\0') || utf8Length(path) > maxPathBytes) return undefined;
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..' || utf8Length(part) > maxComponentBytes) return undefined;
  }
  return path as SyncPath;
}

/** Appends one component to a sync path. */
export function joinSyncPath(parent: SyncPath, name: string): SyncPath {
  return (parent === '' ? name : `${parent}/${name}`) as SyncPath;
}

/** The containing folder; of a top-level path it is the root ''. */
export function parentSyncPath(path: SyncPath): SyncPath {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? '' : path.slice(0, slash)) as SyncPath;
}

/** The last component. */
export function syncPathName(path: SyncPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
