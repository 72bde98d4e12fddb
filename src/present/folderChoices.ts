/** A folder that could be the source of a workload. */
export interface FolderCandidate {
  /** Absolute path in the machine's own notation. */
  readonly path: string;
  readonly source:
    /** Chosen for this workload the last time. */
    | 'remembered'
    /** Its config file names this workload. */
    | 'configNamesIt'
    /** Its config file is for any workload. */
    | 'configFitsAny'
    /** It is called like the workload. */
    | 'sameName'
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
  'configFitsAny',
  'sameName',
  'workspace',
];

/**
 * Decides what can be known: the folder of the last time, the only one whose config file names the workload, or the
 * workspace's only folder when its config file fits. Everything else is a guess, and syncing the wrong folder would
 * replace what runs in the pod, so it is asked.
 */
export function chooseFolder(candidates: readonly FolderCandidate[]): FolderChoice {
  const sorted = candidates.toSorted((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
  const unique = sorted.filter(({ path }, index) => sorted.findIndex((other) => other.path === path) === index);
  const of = (source: FolderCandidate['source']): readonly FolderCandidate[] =>
    sorted.filter((candidate) => candidate.source === source);
  const [remembered] = of('remembered');
  if (remembered !== undefined) return { kind: 'decided', path: remembered.path };
  const [named, ...otherNamed] = of('configNamesIt');
  if (named !== undefined && otherNamed.length === 0) return { kind: 'decided', path: named.path };
  const [fitting] = of('configFitsAny');
  const onlyFolder = of('workspace').length === 1 && unique.length === 1;
  if (named === undefined && fitting !== undefined && onlyFolder) return { kind: 'decided', path: fitting.path };
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
