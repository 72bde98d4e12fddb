import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sourceText } from './content.ts';
import { seeded } from './random.ts';
import type { Tree } from './trees.ts';

/** What one switch does to the working tree, relative to the root. */
export interface Switch {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Two branches of one repository between which most files differ. */
export class Branches {
  readonly #tree: Tree;
  readonly #there: Switch;
  #on: 'main' | 'other' = 'main';

  private constructor(tree: Tree, there: Switch) {
    this.#tree = tree;
    this.#there = there;
  }

  /**
   * Makes a repository of the tree, with a branch on which a few lines of nearly every source file differ, one in
   * eighteen is gone and one in nine is new: for 5,000 files that is 5,000 paths.
   */
  static make(tree: Tree): Branches {
    const git = gitIn(tree.root);
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '--message=main');
    git('checkout', '--quiet', '-b', 'other');
    const random = seeded(7);
    const files = readdirSync(tree.root, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('.git') && isSource(path.join(tree.root, name)))
      .sort();
    const changed: string[] = [];
    const removed: string[] = [];
    for (const [index, name] of files.entries()) {
      const file = path.join(tree.root, name);
      if (index % 9 === 0) {
        writeFileSync(`${file}.new`, sourceText(random, 3_000));
        changed.push(`${name}.new`);
      }
      if (index % 18 === 1 && name !== tree.edited) {
        rmSync(file);
        removed.push(name);
      } else {
        const content = readFileSync(file);
        sourceText(random, 80).copy(content, Math.floor(content.length / 3));
        sourceText(random, 40).copy(content, Math.floor(content.length / 2));
        writeFileSync(file, content);
        changed.push(name);
      }
    }
    git('add', '--all');
    git('commit', '--quiet', '--message=other');
    git('checkout', '--quiet', 'main');
    return new Branches(tree, { changed, removed });
  }

  /** Paths that differ between the two. */
  get size(): number {
    return this.#there.changed.length + this.#there.removed.length;
  }

  /** Checks the first branch out again, whatever was edited. */
  reset(): void {
    gitIn(this.#tree.root)('checkout', '--quiet', '--force', 'main');
    this.#on = 'main';
  }

  /** Checks the other branch out, and says what that did. */
  switch(): Switch {
    this.#on = this.#on === 'main' ? 'other' : 'main';
    gitIn(this.#tree.root)('checkout', '--quiet', this.#on);
    if (this.#on === 'other') return this.#there;
    const { changed, removed } = this.#there;
    const isNew = (name: string): boolean => name.endsWith('.new');
    return {
      changed: [...changed.filter((name) => !isNew(name)), ...removed],
      removed: changed.filter(isNew),
    };
  }
}

function isSource(file: string): boolean {
  const stats = statSync(file);
  return stats.isFile() && stats.size < 100_000;
}

function gitIn(root: string): (...args: readonly string[]) => void {
  return (...args) => {
    const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'gc.auto=0'];
    execFileSync('git', ['-C', root, ...who, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  };
}
