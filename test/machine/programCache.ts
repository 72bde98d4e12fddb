import { homedir } from 'node:os';
import path from 'node:path';

/** Folder of what is expensive to bring and the same for every checkout: toolchains, built programs, images. */
export const programCache: string =
  process.env.PODLOOP_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'podloop');
