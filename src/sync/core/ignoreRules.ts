import { parentSyncPath, type SyncPath, syncPathName } from '../../base/paths.ts';
import { defaultIgnore, ignoreFileNames, type IgnoreFileName, ownFolder } from './defaultIgnore.ts';
import { gitText } from './gitPattern.ts';
import { IgnoreList } from './ignoreList.ts';

/** What the rules are made of besides the ignore files inside the root. */
export interface IgnoreRulesInit {
  /** Patterns of the configuration; they win over everything else. */
  readonly extra: readonly string[];
  /** Whether `*.LOG` matches `a.log`, as git decides it by the disk. */
  readonly ignoreCase: boolean;
}

/** The rules that apply to the direct children of a folder, the strongest first. */
interface Level {
  readonly list: IgnoreList;
  /** Length of the path of the list's folder with the slash after it. */
  readonly skip: number;
}

interface FolderRules {
  readonly isIgnored: boolean;
  readonly levels: readonly Level[];
}

/** The rules of so many folders are remembered. */
const maxRemembered = 1024;

/**
 * Says which paths are not synced, with git's semantics: the last matching rule wins, rules of deeper folders win over
 * those of outer ones, `!` takes back, and nothing inside an ignored folder can be taken back. Precedence from low to
 * high: built-in defaults, `.gitignore`, `.podloopignore`, configuration.
 */
export class IgnoreRules {
  readonly #ignoreCase: boolean;
  readonly #extra: Level;
  readonly #defaults: Level;
  readonly #files = new Map<SyncPath, Map<IgnoreFileName, { readonly text: string; readonly list: IgnoreList }>>();
  readonly #remembered = new Map<SyncPath, FolderRules>();
  #version = 0;

  constructor({ extra, ignoreCase }: IgnoreRulesInit) {
    this.#ignoreCase = ignoreCase;
    this.#extra = { list: new IgnoreList(extra, ignoreCase), skip: 0 };
    this.#defaults = { list: new IgnoreList(defaultIgnore, ignoreCase), skip: 0 };
  }

  /** Another number for each set of rules. */
  get version(): number {
    return this.#version;
  }

  /** Sets or (with `undefined`) removes the content of one folder's ignore file; answers whether that changed a rule. */
  setFile(folder: SyncPath, name: IgnoreFileName, text: string | undefined): boolean {
    const files = this.#files.get(folder);
    if (files?.get(name)?.text === text) return false;
    if (text !== undefined) {
      const file = { text, list: new IgnoreList(IgnoreList.lines(text), this.#ignoreCase) };
      if (files === undefined) this.#files.set(folder, new Map([[name, file]]));
      else files.set(name, file);
    } else {
      files?.delete(name);
      if (files?.size === 0) this.#files.delete(folder);
    }
    this.#remembered.clear();
    this.#version++;
    return true;
  }

  /** Whether the path or a folder that contains it is ignored. The root never is. */
  isIgnored(path: SyncPath, isFolder: boolean): boolean {
    if (path === '') return false;
    if (path === ownFolder || path.startsWith(`${ownFolder}/`)) return true;
    const { isIgnored, levels } = this.#rulesIn(parentSyncPath(path));
    return isIgnored || this.#decide(levels, path, isFolder);
  }

  #decide(levels: readonly Level[], path: SyncPath, isFolder: boolean): boolean {
    const name = gitText(syncPathName(path), this.#ignoreCase);
    for (const { list, skip } of levels) {
      const decided = list.decide(name, gitText(path.slice(skip), this.#ignoreCase), isFolder);
      if (decided !== undefined) return decided;
    }
    return false;
  }

  #rulesIn(folder: SyncPath): FolderRules {
    const known = this.#remembered.get(folder);
    if (known !== undefined) return known;
    const outer = folder === '' ? undefined : this.#rulesIn(parentSyncPath(folder));
    const isIgnored = outer !== undefined && (outer.isIgnored || this.#decide(outer.levels, folder, true));
    const levels = outer !== undefined && !this.#files.has(folder) ? outer.levels : this.#levels(folder);
    const rules = { isIgnored, levels };
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(folder, rules);
    return rules;
  }

  #levels(folder: SyncPath): readonly Level[] {
    const levels = [this.#extra];
    for (const name of ignoreFileNames.toReversed()) {
      for (let at = folder; ; at = parentSyncPath(at)) {
        const list = this.#files.get(at)?.get(name)?.list;
        if (list !== undefined) levels.push({ list, skip: at === '' ? 0 : at.length + 1 });
        if (at === '') break;
      }
    }
    return [...levels, this.#defaults];
  }
}
