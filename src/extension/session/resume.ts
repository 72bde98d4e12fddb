import { isAbortError, toError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { resumeSession } from '../../session/openSession.ts';
import { listSavedSessions, type SavedSession } from '../../session/savedSession.ts';
import type { SessionDeps } from '../../session/sessionDeps.ts';
import { isInside } from './chooseSession.ts';
import type { OpenSessions } from './openSessions.ts';
import { claimSession } from './sessionClaim.ts';

/** What coming back to sessions needs. */
export interface ResumeOptions {
  readonly deps: SessionDeps;
  /** Folders open in this window. */
  readonly folders: readonly string[];
  /** Ends with the window. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Comes back to the sessions of this machine whose folder is open in this window. One that another window has is waited
 * for. Resolves when all are open, given up or failed.
 */
export async function resumeSessions(sessions: OpenSessions, options: ResumeOptions): Promise<void> {
  const { deps, folders, log } = options;
  const saved = await listSavedSessions(deps.stateDir, log);
  const own = saved.filter(({ folder }) => folders.some((open) => isInside(open, folder) || isInside(folder, open)));
  await Promise.all(own.map((session) => resumeOne(sessions, session, options)));
}

async function resumeOne(sessions: OpenSessions, session: SavedSession, options: ResumeOptions): Promise<void> {
  const { deps, signal, log } = options;
  try {
    const claim = await claimSession(session.id, signal);
    // While it was waited for, the other window may have ended it.
    const still = (await listSavedSessions(deps.stateDir, log)).some(({ id }) => id === session.id);
    if (!still || signal.aborted) claim.dispose();
    else sessions.add(await resumeSession(deps, session)).scope.add(claim);
  } catch (error) {
    if (!isAbortError(error)) log.error(`Cannot come back to ${session.workload.name}.`, toError(error).message);
  }
}
