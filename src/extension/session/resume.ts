import { isInside } from './chooseSession.ts';
import type { OpenSessions } from './openSessions.ts';
import type { Log } from '../../base/log.ts';
import { toError } from '../../base/errors.ts';
import { resumeSession } from '../../session/openSession.ts';
import { listSavedSessions } from '../../session/savedSession.ts';
import type { SessionDeps } from '../../session/sessionDeps.ts';

/** Comes back to the sessions of this machine whose folder is open in this window; gives how many. */
export async function resumeSessions(
  sessions: OpenSessions,
  deps: SessionDeps,
  { folders, log }: { readonly folders: readonly string[]; readonly log: Log },
): Promise<number> {
  const saved = await listSavedSessions(deps.stateDir, log);
  const own = saved.filter(({ folder }) => folders.some((open) => isInside(open, folder) || isInside(folder, open)));
  const resumed = await Promise.allSettled(own.map((session) => resumeSession(deps, session)));
  for (const [index, result] of resumed.entries()) {
    if (result.status === 'fulfilled') sessions.add(result.value);
    else log.error(`Cannot come back to ${own[index]?.workload.name ?? 'a session'}.`, toError(result.reason).message);
  }
  return resumed.length;
}
