import type { Switch } from '../tree/branches.ts';
import type { Tree } from '../tree/trees.ts';
import type { BenchPod } from '../pod/benchPod.ts';

export const peerNames = ['Podloop', 'tar', 'rsync', 'Syncthing'] as const;
export type PeerName = (typeof peerNames)[number];

/** Where a peer works. */
export interface PeerPlace {
  readonly tree: Tree;
  readonly pod: BenchPod;
  /** Leads to the API server through the peer's own door. */
  readonly kubeconfig: string;
  /** Leads there beside the door: for questions of the bench. */
  readonly asking: string;
  readonly context: string;
  readonly kubectl: string;
  /** A folder of this machine for what the peer keeps. */
  readonly state: string;
  /** Folder for processor profiles, where some are wanted. */
  readonly profile: string | undefined;
}

/** One way of bringing a folder into a pod. Everything that is not an error of the bench's own is thrown. */
export interface Peer {
  readonly name: PeerName;
  /** The container in which its far end runs. */
  readonly container: 'peers' | 'podloop-sidecar';
  /** The folder in the pod, absolute. */
  readonly target: string;
  /** Whether it notices by itself what changes. */
  readonly watches: boolean;
  /** Processes of this machine that are its own. */
  pids(): readonly number[];
  /** Makes all ready; no file is brought over yet. */
  open(): Promise<void>;
  /** Resolves when all that is on the local disk is in the pod. `change` tells those that cannot find out what changed. */
  bring(change?: Switch): Promise<void>;
  /**
   * Somebody saved this file, relative to the root. When it is in the pod is for others to see; this rejects when what
   * the peer does about it failed.
   */
  saved(file: string): Promise<void>;
  /** Resolves when nothing of what was saved is under way any more. */
  settled(): Promise<void>;
  /** Loses the connection and comes back; resolves when it is known that nothing changed. */
  readonly reconnect?: () => Promise<void>;
  /** Ends at this end and starts anew, as after closing a window; resolves when it is known that nothing changed. */
  readonly reopen?: () => Promise<void>;
  /** Whether it keeps up with deletions and renames. */
  readonly deletes: boolean;
  /** How often it told a program in the pod so far that something changed. */
  readonly reloads?: () => Promise<number>;
  close(): Promise<void>;
}
