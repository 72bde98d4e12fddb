import type { Pod } from '../../cluster/core/pods.ts';

/** The pod to look at among those of a session: staying ones only, with the dev container running first, then newest. */
export function choosePod(pods: readonly Pod[], container: string): Pod | undefined {
  const rank = (pod: Pod): number =>
    pod.containers.some(({ name, init, state }) => name === container && !init && state.kind === 'running') ? 1 : 0;
  return pods
    .filter(({ deleting, phase }) => !deleting && phase !== 'Failed' && phase !== 'Succeeded')
    .toSorted((a, b) => rank(b) - rank(a) || b.created.localeCompare(a.created))[0];
}
