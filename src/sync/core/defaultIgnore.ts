/** What this program keeps for itself inside a synced folder; no rule lets it be synced. */
export const ownFolder = '.podloop/state';

/**
 * Patterns that apply everywhere unless a `.gitignore`, a `.podloopignore` or the configuration takes one back with
 * `!`: version control, installed packages, build output, caches, and what editors leave for a moment.
 */
export const defaultIgnore: readonly string[] = [
  '.git',
  '.hg',
  '.svn',
  'node_modules/',
  '.venv/',
  'venv/',
  '__pycache__/',
  '*.pyc',
  '.mypy_cache/',
  '.pytest_cache/',
  '.ruff_cache/',
  'target/',
  'dist/',
  '.next/',
  '.nuxt/',
  '.gradle/',
  '.terraform/',
  '.DS_Store',
  'Thumbs.db',
  '*.swp',
  '*.swx',
  '4913',
  '.#*',
  '*~',
  '.*.kate-swp',
  '___jb_tmp___',
  '___jb_old___',
];

/** Files whose lines are ignore rules for their folder and everything below it; later ones win over earlier ones. */
export const ignoreFileNames = ['.gitignore', '.podloopignore'] as const;
export type IgnoreFileName = (typeof ignoreFileNames)[number];

/** Whether a file of this name holds ignore rules. */
export function isIgnoreFileName(name: string): name is IgnoreFileName {
  return ignoreFileNames.some((own) => own === name);
}
