import { type GitPattern, gitPattern } from './gitPattern.ts';

/** The lines of one ignore file, or of anything that is read like one. */
export class IgnoreList {
  /** The last line first: it wins. */
  readonly #patterns: readonly GitPattern[];

  constructor(lines: readonly string[], ignoreCase: boolean) {
    this.#patterns = lines
      .map((line) => gitPattern(line, ignoreCase))
      .filter((pattern) => pattern !== undefined)
      .reverse();
  }

  /** The lines of a text. */
  static lines(text: string): readonly string[] {
    return text.replace(/^\uFEFF/, '').split(/\r?\n/);
  }

  /**
   * Whether a path is ignored (true) or taken back (false); `undefined` when no line is about it. `name` is its last
   * component, `relative` the path below the folder of the list; both in the form that `gitText` gives.
   */
  decide(name: string, relative: string, isFolder: boolean): boolean | undefined {
    for (const pattern of this.#patterns) {
      if (pattern.foldersOnly && !isFolder) continue;
      if (pattern.matches(name, relative)) return !pattern.takesBack;
    }
    return undefined;
  }
}
