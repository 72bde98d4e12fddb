import { text } from 'node:stream/consumers';
import { type Log } from '../base/log.ts';
import { toError, UserError } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';

const tailLines = 20;
const limit = 5000;

/**
 * A crash with the last output of the container that crashed: its pod goes away when the workload is put back, and
 * with it the log. Other errors stay as they are.
 */
export async function withLastOutput(cluster: Cluster, error: Error, log: Log): Promise<Error> {
  if (!(error instanceof UserError) || error.code !== 'devmode.crash') return error;
  const place = error.remedies.find(({ kind }) => kind === 'podLogs');
  if (place?.kind !== 'podLogs') return error;
  const { namespace, pod, container } = place;
  try {
    const options = { namespace, pod, container, follow: false, tailLines };
    const output = (await text(await cluster.logs(options, AbortSignal.timeout(limit)))).trim();
    const last = output.split('\n').at(-1)?.trim() ?? '';
    return new UserError({
      code: error.code,
      message: last === '' || error.message.includes(last) ? error.message : `${error.message} Last output: ${last}`,
      ...(error.next === undefined ? {} : { next: error.next }),
      remedies: error.remedies.filter((remedy) => remedy !== place),
      detail: output === '' ? (error.detail ?? '') : output,
      cause: error,
    });
  } catch (failure) {
    log.debug(`Cannot read the log of container ${container} of pod ${pod}.`, toError(failure).message);
    return error;
  }
}
