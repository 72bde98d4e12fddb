/** A folder that could be the source of a workload. */
export interface FolderCandidate {
  /** Absolute path in the machine's own notation. */
  readonly path: string;
  readonly source:
    /** Chosen for this workload the last time. */
    | 'remembered'
    /** Its config file names this workload. */
    | 'configNamesIt'
    /** It is called like the workload and holds a project. */
    | 'sameName'
    /** Its config file is for any workload. */
    | 'configFitsAny'
    /** A folder of the workspace. */
    | 'workspace';
}

/** The folder to sync: decided, or to be chosen from the candidates, the likeliest first. */
export type FolderChoice =
  | { readonly kind: 'decided'; readonly path: string }
  | { readonly kind: 'ask'; readonly candidates: readonly FolderCandidate[] };

const order: readonly FolderCandidate['source'][] = [
  'remembered',
  'configNamesIt',
  'sameName',
  'configFitsAny',
  'workspace',
];

/**
 * Decides what can be known: the folder of the last time, the only one whose config file names the workload, the only
 * one that is called like it, or the workspace's only folder when its config file fits. Everything else is asked.
 */
export function chooseFolder(candidates: readonly FolderCandidate[]): FolderChoice {
  const sorted = candidates.toSorted((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
  const unique = sorted.filter(({ path }, index) => sorted.findIndex((other) => other.path === path) === index);
  const [best, ...others] = unique;
  if (best === undefined) return { kind: 'ask', candidates: [] };
  const alone = !others.some(({ source }) => source === best.source);
  switch (best.source) {
    case 'remembered':
      return { kind: 'decided', path: best.path };
    case 'configNamesIt':
    case 'sameName':
      if (alone) return { kind: 'decided', path: best.path };
      break;
    case 'configFitsAny':
      if (others.length === 0) return { kind: 'decided', path: best.path };
      break;
    case 'workspace':
      break;
  }
  return { kind: 'ask', candidates: unique };
}

/** Why a folder is proposed, in few words. */
export function folderReason({ source }: FolderCandidate): string {
  switch (source) {
    case 'remembered':
      return 'last used';
    case 'configNamesIt':
    case 'configFitsAny':
      return 'has a Podloop config file';
    case 'sameName':
      return 'has the name of the workload';
    case 'workspace':
      return 'workspace folder';
  }
}
