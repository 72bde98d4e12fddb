import { createHash } from 'node:crypto';
import path from 'node:path';
import { programCache } from '../machine/programCache.ts';

/** Root of the checkout. */
export const checkout = path.resolve(import.meta.dirname, '../..');

/** Where one embedded cluster lives: its folder, and names and addresses that no other one on this machine has. */
export interface ClusterPlace {
  /** State folder: keys, databases, logs, images; all of it may be deleted while the cluster is down. */
  readonly state: string;
  readonly kubeconfig: string;
  readonly logs: string;
  /** Short and unique to the state folder: part of the interface's and the cgroup's name. */
  readonly id: string;
  /** The machine's end of the link, and the node's. */
  readonly hostAddress: string;
  readonly nodeAddress: string;
  /** Name of the machine's end of the link. */
  readonly link: string;
  /** Cgroup below which the kubelet keeps its own, in each hierarchy. */
  readonly cgroup: string;
}

/** Name of the kubeconfig context. */
export const contextName = 'podloop-test';

/** Where the cluster's programs and images are kept between clusters and checkouts. */
export const clusterCache: string = path.join(programCache, 'cluster');

/** The place of the cluster whose state is in `state`; this checkout's own one by default. */
export function clusterPlace(state: string = path.join(checkout, '.local', 'cluster')): ClusterPlace {
  const hash = createHash('sha256').update(path.resolve(state)).digest();
  // A /30 of its own within 10.231.0.0/16: the network's address, the machine's end, the node's end, broadcast.
  const third = hash.readUInt8(0);
  const fourth = hash.readUInt8(1) & 0xfc;
  const id = hash.toString('hex', 2, 5);
  return {
    state,
    kubeconfig: path.join(state, 'kubeconfig'),
    logs: path.join(state, 'logs'),
    id,
    hostAddress: `10.231.${third}.${fourth + 1}`,
    nodeAddress: `10.231.${third}.${fourth + 2}`,
    link: `podloop${id}`,
    cgroup: `podloop-${id}`,
  };
}
