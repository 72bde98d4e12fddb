import type { ContainerState, Pod, PodContainer } from '../cluster/core/pods.ts';

/** How a pod or a container is doing, in the words that Kubernetes uses. */
export interface Health {
  /** `Running`, `Pending`, `CrashLoopBackOff`, `Terminating`. */
  readonly word: string;
  readonly kind: 'good' | 'busy' | 'bad' | 'done';
  /** Why, when the cluster says. */
  readonly message: string | undefined;
}

/** Waiting reasons that are part of an ordinary start. */
const ordinaryWaits: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** How the pod as a whole is doing: the first container in trouble speaks for it. */
export function podHealth(pod: Pod): Health {
  if (pod.deleting) return busy('Terminating');
  const healths = pod.containers.map(containerHealth);
  const bad = healths.find(({ kind }) => kind === 'bad');
  if (bad !== undefined) return bad;
  switch (pod.phase) {
    case 'Succeeded':
      return { word: 'Completed', kind: 'done', message: undefined };
    case 'Failed':
      return { word: pod.reason ?? 'Failed', kind: 'bad', message: pod.message };
    case 'Running':
      return pod.ready ? { word: 'Running', kind: 'good', message: undefined } : busy('Not ready');
    case 'Pending':
    case 'Unknown': {
      if (pod.unschedulable !== undefined) return { word: 'Unschedulable', kind: 'bad', message: pod.unschedulable };
      const waiting = healths.find(({ kind }) => kind === 'busy');
      return busy(waiting?.word ?? pod.phase, waiting?.message);
    }
  }
}

/** How one container is doing. */
export function containerHealth({ state }: PodContainer): Health {
  switch (state.kind) {
    case 'running':
      return { word: 'Running', kind: 'good', message: undefined };
    case 'terminated':
      return endHealth(state);
    case 'waiting': {
      const word = state.reason ?? 'Pending';
      const ordinary = state.reason === undefined || ordinaryWaits.includes(word);
      return { word, kind: ordinary ? 'busy' : 'bad', message: state.message };
    }
  }
}

function endHealth({ exitCode, reason, message }: Extract<ContainerState, { kind: 'terminated' }>): Health {
  if (exitCode === 0) return { word: 'Completed', kind: 'done', message: undefined };
  return { word: reason ?? 'Error', kind: 'bad', message: message ?? `exit code ${exitCode}` };
}

function busy(word: string, message?: string): Health {
  return { word, kind: 'busy', message };
}
