import type { ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

export async function importImages(
  _place: ClusterPlace,
  _programs: ProgramFolders,
  _report: (line: string) => void,
): Promise<void> {}
