import { lstatSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../replica/diskError.ts';

/** Git works on a tree while it holds its lock. An older one (ms) may be held while somebody writes a message. */
const surelyWorksMs = 2000;
/** With many changes coming, an older one is one of a long checkout; this old (ms) it was left behind. */
const longestWorkMs = 60_000;

/** Says whether git is changing the files of a folder right now: a branch switch, a rebase, a stash. */
export class GitLock {
  readonly #root: string;
  #lock: string | undefined;

  constructor(root: string) {
    this.#root = root;
    this.find();
  }

  /** Looks for the repository anew: it may have been made after the folder. */
  find(): void {
    const gitFolder = lookAtGit(() => findGitFolder(this.#root));
    this.#lock = gitFolder === undefined ? undefined : path.join(gitFolder, 'index.lock');
  }

  /** Whether git is in the middle of something. `now` is epoch milliseconds; `isStorm`: many changes come. */
  isHeld(now: number, isStorm: boolean): boolean {
    const lock = this.#lock;
    const stats = lock === undefined ? undefined : lookAtGit(() => lstatSync(lock));
    return stats !== undefined && Math.abs(now - stats.mtimeMs) < (isStorm ? longestWorkMs : surelyWorksMs);
  }
}

/** What git keeps may be missing, unreadable or somebody else's: then nothing is known about it. */
function lookAtGit<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) !== '') return undefined;
    throw error;
  }
}

/** The repository that holds a folder: it may begin above it, and be elsewhere for worktrees and submodules. */
function findGitFolder(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const entry = path.join(at, '.git');
    const stats = statSync(entry, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) return entry;
    if (stats?.isFile() === true) {
      const target = /^gitdir: (.*)$/m.exec(readFileSync(entry, 'utf8').slice(0, 4096))?.[1];
      return target === undefined ? undefined : path.resolve(at, target.trim());
    }
    if (path.dirname(at) === at) return undefined;
  }
}
