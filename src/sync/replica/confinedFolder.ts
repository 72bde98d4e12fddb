import { closeSync, constants, existsSync, lstatSync, openSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { joinSyncPath, parentSyncPath, rootSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import { errorCode, isMissing } from './diskError.ts';

/** A folder on the way to a path is missing, is not a folder, or is a symbolic link. */
export class NoSuchParent extends Error {
  override readonly name = 'NoSuchParent';
  readonly folder: SyncPath;

  constructor(folder: SyncPath, cause: unknown) {
    super(`Folder ${folder === '' ? '.' : folder} is missing or not a folder.`, { cause });
    this.folder = folder;
  }
}

/** Folders that may stay open from one operation to the next. */
const maxOpenFolders = 64;

/** Linux's O_PATH, which Node does not name: a descriptor that only names a place and needs no read permission. */
const namePlaceOnly = 0o10000000;

/**
 * Turns paths below a root into paths that the file system may be given, such that nothing outside the root can be
 * reached: no folder on the way may be a symbolic link. On Linux each folder is opened without following links and
 * named through `/proc/self/fd`, so that not even a folder that is swapped for a link meanwhile can redirect a call.
 *
 * What `entry` and `folder` return is good until the next `begin` or `release`.
 */
export class ConfinedFolder {
  readonly #root: string;
  readonly #byDescriptor: boolean;
  readonly #open = new Map<SyncPath, number>();

  /** `root` itself may be reached through links; it must exist when a path is used. */
  constructor(root: string, byDescriptor = process.platform === 'linux' && existsSync('/proc/self/fd')) {
    this.#root = path.resolve(root);
    this.#byDescriptor = byDescriptor;
  }

  /** Where an entry is, whether or not it exists. Throws `NoSuchParent` or the disk's error. */
  entry(entry: SyncPath): string {
    // With the dot it is the folder itself and not the descriptor's link to it.
    return entry === ''
      ? `${this.folder(entry)}/.`
      : `${this.folder(parentSyncPath(entry))}${path.sep}${syncPathName(entry)}`;
  }

  /** Where a folder is. Throws `NoSuchParent` when it is missing or anything else than a folder, or the disk's error. */
  folder(folder: SyncPath): string {
    return this.#byDescriptor ? `/proc/self/fd/${this.#descriptor(folder)}` : this.#checked(folder);
  }

  /** Marks the start of an operation: bounds how many folders stay open. */
  begin(): void {
    if (this.#open.size > maxOpenFolders) this.release();
  }

  /** Closes the folders that were opened. Call it before folders may be moved or removed. */
  release(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #descriptor(folder: SyncPath): number {
    const known = this.#open.get(folder);
    if (known !== undefined) return known;
    const place =
      folder === '' ? this.#root : `/proc/self/fd/${this.#descriptor(parentSyncPath(folder))}/${syncPathName(folder)}`;
    const noFollow = folder === '' ? 0 : constants.O_NOFOLLOW;
    try {
      const descriptor = openSync(place, namePlaceOnly | constants.O_DIRECTORY | noFollow);
      this.#open.set(folder, descriptor);
      return descriptor;
    } catch (error) {
      throw noSuchParent(folder, error);
    }
  }

  #checked(folder: SyncPath): string {
    let at = this.#root;
    let reached = rootSyncPath;
    try {
      at = realpathSync(this.#root);
      for (const part of folder === '' ? [] : folder.split('/')) {
        at = path.join(at, part);
        reached = joinSyncPath(reached, part);
        if (!lstatSync(at).isDirectory())
          throw Object.assign(new Error(`${part} is not a folder`), { code: 'ENOTDIR' });
      }
      return at;
    } catch (error) {
      throw noSuchParent(reached, error);
    }
  }
}

/** Trouble on the way to a path that does not say that there is no way is what the disk says, and nothing else. */
function noSuchParent(folder: SyncPath, error: unknown): unknown {
  return isMissing(error) || errorCode(error) === 'ELOOP' ? new NoSuchParent(folder, error) : error;
}
