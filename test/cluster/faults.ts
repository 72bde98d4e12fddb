import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ClusterPlace, clusterPlace } from './place.ts';

/** Why faults cannot be made on this cluster; `false` on the embedded one. For the `skip` option of a test. */
export const withoutFaults: string | false =
  process.env.PODLOOP_CONTEXT === 'podloop-test' ? false : 'only the embedded cluster can be broken on purpose';

/** The link between this machine and the cluster goes down, as when a cable is pulled; `undo` plugs it in again. */
export function cutNetwork(place: ClusterPlace = clusterPlace()): { undo: () => void } {
  execFileSync('ip', ['link', 'set', place.link, 'down']);
  return {
    undo() {
      execFileSync('ip', ['link', 'set', place.link, 'up']);
    },
  };
}

/** Packets from the cluster vanish without a word, as behind a broken firewall; `undo` lets them through again. */
export function dropPackets(place: ClusterPlace = clusterPlace()): { undo: () => void } {
  // A rule in the cluster's own network namespace: the machine's own rules stay untouched.
  const rule = ['OUTPUT', '-o', 'eth0', '-d', place.hostAddress, '-j', 'DROP'];
  const iptables = (verb: string): void => {
    inNode(place, ['iptables', verb, ...rule]);
  };
  iptables('-A');
  return {
    undo() {
      iptables('-D');
    },
  };
}

/** Kills a component of the control plane or the node with SIGKILL; its keeper starts it again. */
export function killComponent(
  name: 'apiserver' | 'etcd' | 'kubelet' | 'containerd',
  place: ClusterPlace = clusterPlace(),
): void {
  // The recorded number counts in the cluster's own process namespace.
  inNode(place, ['kill', '-KILL', readFileSync(path.join(place.state, 'pids', name), 'utf8').trim()]);
}

/** Kills the first process of a container with SIGKILL, seen from the node as kernel and kubelet see a crash. */
export function killContainer(containerId: string, place: ClusterPlace = clusterPlace()): void {
  const id = containerId.replace(/^containerd:\/\//, '');
  inNode(place, [
    'sh',
    '-c',
    'kill -KILL $(cat /run/containerd/io.containerd.runtime.v2.task/k8s.io/"$1"/init.pid)',
    'kill',
    id,
  ]);
}

function inNode(place: ClusterPlace, command: readonly string[]): void {
  const leader = JSON.parse(readFileSync(path.join(place.state, 'leader.json'), 'utf8')) as { pid: number };
  const node = readFileSync(`/proc/${leader.pid}/task/${leader.pid}/children`, 'utf8').trim().split(' ')[0] ?? '';
  execFileSync('nsenter', ['-t', node, '-m', '-n', '-p', '--', ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
}
