import ignore, { type Ignore } from 'ignore';
import { parentSyncPath, type SyncPath } from '../../base/paths.ts';
import { defaultIgnore, ignoreFileNames, type IgnoreFileName, ownFolder } from './defaultIgnore.ts';

/** What the rules are made of besides the ignore files inside the root. */
export interface IgnoreRulesInit {
  /** Patterns of the configuration; they win over everything else. */
  readonly extra: readonly string[];
  /** Whether `*.LOG` matches `a.log`, as git decides it by the disk. */
  readonly ignoreCase: boolean;
}

/**
 * Says which paths are not synced, with git's semantics: the last matching rule wins, rules of deeper folders win over
 * those of outer ones, `!` takes back, and nothing inside an ignored folder can be taken back. Precedence from low to
 * high: built-in defaults, `.gitignore`, `.podloopignore`, configuration.
 */
export class IgnoreRules {
  readonly #init: IgnoreRulesInit;
  readonly #texts = new Map<SyncPath, Map<IgnoreFileName, string>>();
  readonly #compiled = new Map<SyncPath, Ignore>();
  #version = 0;

  constructor(init: IgnoreRulesInit) {
    this.#init = init;
  }

  /** Another number for each set of rules. */
  get version(): number {
    return this.#version;
  }

  /** Sets or (with `undefined`) removes the content of one folder's ignore file; answers whether that changed a rule. */
  setFile(folder: SyncPath, name: IgnoreFileName, text: string | undefined): boolean {
    const texts = this.#texts.get(folder);
    if (texts?.get(name) === text) return false;
    if (text !== undefined) {
      if (texts === undefined) this.#texts.set(folder, new Map([[name, text]]));
      else texts.set(name, text);
    } else {
      texts?.delete(name);
      if (texts?.size === 0) this.#texts.delete(folder);
    }
    this.#compiled.clear();
    this.#version++;
    return true;
  }

  /** Whether the path or a folder that contains it is ignored. The root never is. */
  isIgnored(path: SyncPath, isFolder: boolean): boolean {
    if (path === '') return false;
    if (path === ownFolder || path.startsWith(`${ownFolder}/`)) return true;
    return this.#rulesFor(parentSyncPath(path)).ignores(isFolder ? `${path}/` : path);
  }

  /** Rules for the direct children of a folder: those of the nearest folder up that has any of its own. */
  #rulesFor(folder: SyncPath): Ignore {
    const known = this.#compiled.get(folder);
    if (known !== undefined) return known;
    const compiled =
      folder === '' || this.#texts.has(folder) ? this.#compile(folder) : this.#rulesFor(parentSyncPath(folder));
    this.#compiled.set(folder, compiled);
    return compiled;
  }

  #compile(folder: SyncPath): Ignore {
    const rules = ignore({ ignorecase: this.#init.ignoreCase }).add(defaultIgnore);
    const chain = chainFromRoot(folder);
    for (const name of ignoreFileNames) {
      for (const owner of chain) {
        const text = this.#texts.get(owner)?.get(name);
        if (text !== undefined) rules.add(anchorPatterns(text, owner));
      }
    }
    return rules.add(this.#init.extra);
  }
}

/** Rewrites the lines of an ignore file of `folder` so that they mean the same when read at the root. */
export function anchorPatterns(text: string, folder: SyncPath): readonly string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (folder === '') return lines;
  const prefix = `/${folder.replace(/[\\*?[\]!# ]/g, '\\$&')}/`;
  return lines.flatMap((line) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const negative = line.startsWith('!');
    const pattern = (negative ? line.slice(1) : line).replace(/^\\(?=[!#])/, '');
    const anchored = pattern.replace(/\s+$/, '').replace(/\/$/, '').includes('/');
    const inner = anchored ? pattern.replace(/^\//, '') : `**/${pattern}`;
    return [`${negative ? '!' : ''}${prefix}${inner}`];
  });
}

function chainFromRoot(folder: SyncPath): readonly SyncPath[] {
  const chain: SyncPath[] = [folder];
  for (let at = folder; at !== '';) {
    at = parentSyncPath(at);
    chain.unshift(at);
  }
  return chain;
}
