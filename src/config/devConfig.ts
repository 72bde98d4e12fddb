import type { RemotePath } from '../base/paths.ts';

/** Languages that Podloop detects and has a dev image and a debug recipe for. */
export const languages = ['node', 'python'] as const;
export type Language = (typeof languages)[number];

/**
 * Which side follows which. `push`: the pod follows the folder, and what only the pod has stays. `twoWay`: each follows
 * the other. `mirror`: the pod is made equal to the folder, and what only the pod has is moved to its trash.
 */
export const syncModes = ['push', 'twoWay', 'mirror'] as const;
export type SyncMode = (typeof syncModes)[number];

/** A port of the dev container that is offered on the developer's machine. `local` 0 means "any free one". */
export interface PortMapping {
  readonly remote: number;
  readonly local: number;
}

/** Everything that a dev session needs to know of one container; complete after defaults and detection. */
export interface DevConfig {
  /** Image of the dev container. */
  readonly image: string;
  readonly language: Language | undefined;
  /** Where the synced folder is mounted in the dev container, and its working directory. */
  readonly workDir: RemotePath;
  /** Shell of terminals, as a command: `['bash', '-l']`. */
  readonly shell: readonly string[];
  /** Command line of Run, given to `sh -c`; `undefined` when none is known. */
  readonly run: string | undefined;
  /** Command line of Debug; `undefined` when none is known. */
  readonly debug: string | undefined;
  /** Port of the debug server in the pod. */
  readonly debugPort: number;
  /** Whether Run restarts the command after each batch of synced changes. */
  readonly restartOnSync: boolean;
  readonly ports: readonly PortMapping[];
  /** Ignore patterns besides those of `.gitignore`, `.podloopignore` and the built-in defaults. */
  readonly ignore: readonly string[];
  readonly sync: {
    readonly mode: SyncMode;
    /** Patterns of paths that go both ways although the mode is `push`. */
    readonly pull: readonly string[];
  };
}
