import type { Pod } from '../../cluster/core/pods.ts';

/**
 * The pod to look at among those of a session: staying ones only. Of those whose dev container runs the oldest, so that
 * a second one, as a new node brings to a DaemonSet, takes nothing over; otherwise the newest.
 */
export function choosePod(pods: readonly Pod[], container: string): Pod | undefined {
  const staying = pods
    .filter(({ deleting, phase }) => !deleting && phase !== 'Failed' && phase !== 'Succeeded')
    .toSorted((a, b) => a.created.localeCompare(b.created));
  return staying.find((pod) => isRunning(pod, container)) ?? staying.at(-1);
}

function isRunning({ containers }: Pod, container: string): boolean {
  return containers.some(({ name, init, state }) => name === container && !init && state.kind === 'running');
}
