import type { RemotePath } from '../../base/paths.ts';
import type { DevShape } from '../../config/devShape.ts';
import type { Developer } from './record.ts';

/** What `enter` needs to put a workload into dev mode. */
export interface DevSpec {
  readonly session: string;
  readonly developer: Developer;
  readonly since: string;
  readonly container: string;
  readonly image: string;
  readonly workDir: RemotePath;
  readonly shape: DevShape;
  readonly sidecar: {
    readonly image: string;
    /** TCP port on 127.0.0.1 in the pod. */
    readonly port: number;
    /** SHA-256 of the session's token, hex: whoever reads the pod learns no token. */
    readonly tokenHash: string;
    /** Whether the server knows init containers with `restartPolicy: Always` (1.29 and later). */
    readonly native: boolean;
  };
  readonly podloop: string;
  /** The node whose pod is to be developed, for a kind that has one on each. */
  readonly node?: string | undefined;
}
