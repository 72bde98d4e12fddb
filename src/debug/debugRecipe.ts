import type { LocalPath, RemotePath } from '../base/paths.ts';
import type { Json } from '../base/json.ts';
import type { Language } from '../config/devConfig.ts';

/** What a debugger needs to reach a program in a pod. */
export interface AttachTarget {
  /** Shown in the debug view. */
  readonly name: string;
  /** Port on 127.0.0.1 of this machine that leads to the debug server in the pod. */
  readonly port: number;
  /** The synced folder here and where it is in the pod: how breakpoints find their files. */
  readonly localRoot: LocalPath;
  readonly remoteRoot: RemotePath;
}

/** A VS Code debug configuration, as in `launch.json`. */
export interface AttachConfiguration {
  readonly type: string;
  readonly request: 'attach';
  readonly name: string;
  readonly [key: string]: Json;
}

/** How programs of one language are debugged in a pod. The config room makes the command line that starts them. */
export interface DebugRecipe {
  readonly language: Language;
  /**
   * Extension that contributes the debug type, `undefined` when VS Code itself does. Look before attaching: starting a
   * session of an unknown type shows a modal and hangs until it is closed.
   */
  readonly extension: string | undefined;
  readonly attach: (target: AttachTarget) => AttachConfiguration;
}

const recipes: Readonly<Record<Language, Omit<DebugRecipe, 'language'>>> = {
  node: {
    extension: undefined,
    attach: ({ name, port, localRoot, remoteRoot }) => ({
      type: 'pwa-node',
      request: 'attach',
      name,
      address: '127.0.0.1',
      port,
      localRoot,
      remoteRoot,
      // A program started again, by us or by `node --watch`, is attached to again.
      restart: true,
      continueOnAttach: true,
      skipFiles: ['<node_internals>/**'],
      // The forwarded port looks local, so js-debug would set NODE_OPTIONS in the pod to a file of this machine, and
      // every Node process that the program starts from then on would fail.
      autoAttachChildProcesses: false,
      timeout: 10_000,
    }),
  },
  python: {
    extension: 'ms-python.debugpy',
    attach: ({ name, port, localRoot, remoteRoot }) => ({
      type: 'debugpy',
      request: 'attach',
      name,
      connect: { host: '127.0.0.1', port },
      pathMappings: [{ localRoot, remoteRoot }],
      subProcess: true,
    }),
  },
};

/** How programs of a language are debugged; `undefined` for a language that has no recipe. */
export function debugRecipe(language: Language | undefined): DebugRecipe | undefined {
  return language === undefined ? undefined : { language, ...recipes[language] };
}
