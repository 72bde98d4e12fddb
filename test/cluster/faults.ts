import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ComponentName } from './components.ts';
import { enterNode } from './leader.ts';
import { type ClusterPlace, clusterPlace, contextName } from './place.ts';

/** A fault that lasts until it is undone; undoing it again does nothing. `using` undoes it at the end of a test. */
export interface Fault extends Disposable {
  undo(): void;
}

/** Why faults cannot be made on this cluster; `false` on the embedded one. For the `skip` option of a test. */
export const withoutFaults: string | false =
  process.env.PODLOOP_CONTEXT === contextName ? false : 'only the embedded cluster can be broken on purpose';

/** The link between this machine and the cluster goes down, as when a cable is pulled. */
export function cutNetwork(place: ClusterPlace = testedPlace()): Fault {
  setLink(place, 'down');
  return fault(() => {
    setLink(place, 'up');
  });
}

/** Packets from the cluster vanish without a word, as behind a broken firewall. */
export function dropPackets(place: ClusterPlace = testedPlace()): Fault {
  inNode(place, ['iptables', '-w', '-A', ...dropRule(place)]);
  return fault(() => {
    inNode(place, ['iptables', '-w', '-D', ...dropRule(place)]);
  });
}

/** A component hangs: its process is stopped and answers nothing. */
export function pauseComponent(name: ComponentName, place: ClusterPlace = testedPlace()): Fault {
  signalComponent(name, 'STOP', place);
  return fault(() => {
    signalComponent(name, 'CONT', place);
  });
}

/** Kills a component with SIGKILL; the node's first process starts it again. */
export function killComponent(name: ComponentName, place: ClusterPlace = testedPlace()): void {
  signalComponent(name, 'KILL', place);
}

/** Kills the first process of a container with SIGKILL, seen from the node as kernel and kubelet see a crash. */
export function killContainer(containerId: string, place: ClusterPlace = testedPlace()): void {
  const id = containerId.replace(/^containerd:\/\//, '');
  const file = `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/init.pid`;
  inNode(place, ['sh', '-c', 'kill -KILL "$(cat "$1")"', 'kill', file]);
}

/** Undoes whatever faults are in force: those of a test that was killed. */
export function undoAllFaults(place: ClusterPlace): void {
  setLink(place, 'up');
  const rule = dropRule(place).join(' ');
  inNode(place, ['sh', '-c', `while iptables -w -D ${rule} 2>/dev/null; do :; done`]);
  for (const name of readdirSync(path.join(place.state, 'pids'))) signalComponent(name, 'CONT', place);
}

/** The embedded cluster that the tests run against: its kubeconfig lies in its folder. */
function testedPlace(): ClusterPlace {
  const { PODLOOP_KUBECONFIG: kubeconfig } = process.env;
  return clusterPlace(kubeconfig === undefined ? undefined : path.dirname(kubeconfig));
}

function fault(end: () => void): Fault {
  let over = false;
  const undo = (): void => {
    if (over) return;
    over = true;
    end();
  };
  return { undo, [Symbol.dispose]: undo };
}

function setLink(place: ClusterPlace, state: 'up' | 'down'): void {
  execFileSync('ip', ['link', 'set', place.link, state], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** A rule in the cluster's own network namespace: the machine's own rules stay untouched. */
function dropRule(place: ClusterPlace): readonly string[] {
  return ['OUTPUT', '-o', 'eth0', '-d', place.hostAddress, '-j', 'DROP'];
}

function signalComponent(name: string, signal: string, place: ClusterPlace): void {
  // The recorded number counts in the cluster's own process namespace.
  const pid = readFileSync(path.join(place.state, 'pids', name), 'utf8').trim();
  inNode(place, ['kill', `-${signal}`, pid]);
}

function inNode(place: ClusterPlace, command: readonly string[]): void {
  execFileSync('nsenter', enterNode(place, command), { stdio: ['ignore', 'ignore', 'pipe'] });
}
