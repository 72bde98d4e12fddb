import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { languages, syncModes } from '../config/devConfig.ts';
import { type LocalPath, localPath, remotePath } from '../base/paths.ts';
import type { Log } from '../base/log.ts';
import { toError } from '../base/errors.ts';

const absolutePosix = z.string().transform((text, context) => {
  if (text.startsWith('/')) return remotePath(text);
  context.addIssue({ code: 'custom', message: 'not an absolute path' });
  return z.NEVER;
});

const schema = z.object({
  version: z.literal(1),
  id: z.string().min(1),
  workload: z.object({
    context: z.string(),
    namespace: z.string(),
    kind: z.string(),
    name: z.string(),
    custom: z
      .object({
        group: z.string(),
        version: z.string(),
        plural: z.string(),
        templatePath: z.array(z.string()).readonly(),
      })
      .optional(),
  }),
  container: z.string(),
  folder: z.string().transform(localPath),
  /** Bearer token of the sidecar. */
  token: z.string(),
  sidecarPort: z.number().int(),
  config: z
    .object({
      image: z.string(),
      language: z.enum(languages).optional(),
      workDir: absolutePosix,
      shell: z.array(z.string()),
      run: z.string().optional(),
      debug: z.string().optional(),
      debugPort: z.number().int(),
      restartOnSync: z.boolean(),
      ports: z.array(z.object({ remote: z.number().int(), local: z.number().int() })),
      ignore: z.array(z.string()),
      // Sessions of earlier versions only pushed.
      sync: z.object({ mode: z.enum(syncModes), pull: z.array(z.string()) }).default({ mode: 'push', pull: [] }),
    })
    .transform((config) => ({ ...config, language: config.language, run: config.run, debug: config.debug })),
});

/** What this machine must remember of a session to come back to it after a crash or a reload. Holds a secret. */
export type SavedSession = z.output<typeof schema>;

/** The sessions that this machine remembers; files that cannot be read are logged and left alone. */
export async function listSavedSessions(stateDir: LocalPath, log: Log): Promise<SavedSession[]> {
  const folder = sessionsFolder(stateDir);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const sessions: SavedSession[] = [];
  for (const name of names.filter((name) => name.endsWith('.json'))) {
    try {
      sessions.push(schema.parse(JSON.parse(await readFile(path.join(folder, name), 'utf8'))));
    } catch (error) {
      // Forgotten just now, maybe by another window.
      if (isMissing(error)) continue;
      log.warn(`Cannot read the saved session ${path.join(folder, name)}.`, toError(error).message);
    }
  }
  return sessions;
}

/** Writes the session so that a crash leaves either the old file or the new one; only its owner can read it. */
export async function saveSession(stateDir: LocalPath, session: SavedSession): Promise<void> {
  const folder = sessionsFolder(stateDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = path.join(folder, `${session.id}.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(session, null, 2));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path.join(folder, `${session.id}.json`));
}

/** Forgets the session and the state of its sync; nothing of it in the cluster or in the folder is touched. */
export async function forgetSession(stateDir: LocalPath, id: string): Promise<void> {
  await rm(path.join(sessionsFolder(stateDir), `${id}.json`), { force: true });
  await rm(syncStateFolder(stateDir, id), { recursive: true, force: true });
}

/** Where the sync engine of a session keeps its index. */
export function syncStateFolder(stateDir: LocalPath, id: string): LocalPath {
  return localPath(path.join(stateDir, 'sync', id));
}

function sessionsFolder(stateDir: LocalPath): string {
  return path.join(stateDir, 'sessions');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
