import type { Log } from '../../base/log.ts';
import { inBackground } from '../background.ts';
import { reportFailure } from '../report.ts';
import type { OpenSession } from './openSessions.ts';

/** Tells once when the sync of a session stops, with what can be done: nobody has to watch the status bar. */
export function tellSyncFailures({ session, scope }: OpenSession, log: Log): void {
  let told: string | undefined;
  scope.add(
    session.onState(({ phase, workload }) => {
      if (phase.kind !== 'active') return;
      const error = phase.sync.kind === 'failed' ? phase.sync.error : undefined;
      if (error !== undefined && error.message !== told) {
        const attempt = { title: `Sync of ${workload.name}`, retry: undefined, subject: workload };
        inBackground(log, attempt.title, reportFailure(error, attempt, log));
      }
      told = error?.message;
    }),
  );
}
