/** Every command that package.json contributes; a test holds both lists equal. */
export const commandIds = [
  'podloop.startDevelop',
  'podloop.startDevelopWith',
  'podloop.endDevelop',
  'podloop.openTerminal',
  'podloop.run',
  'podloop.debug',
  'podloop.restartRun',
  'podloop.stopRun',
  'podloop.openPort',
  'podloop.forwardPort',
  'podloop.stopForward',
  'podloop.flushSync',
  'podloop.pauseSync',
  'podloop.resumeSync',
  'podloop.restoreFile',
  'podloop.showSynced',
  'podloop.reconnect',
  'podloop.showProblems',
  'podloop.showMenu',
  'podloop.showLogs',
  'podloop.showLog',
  'podloop.openConfig',
  'podloop.saveConfig',
  'podloop.showEffectiveConfig',
  'podloop.addKubeconfig',
  'podloop.useNamespace',
  'podloop.forgetNamespace',
  'podloop.refresh',
  'podloop.retry',
  'podloop.refreshLogin',
  'podloop.openKubeconfig',
  'podloop.copyAccessRule',
  'podloop.copyName',
  'podloop.openSyncedFile',
  'podloop.retryPath',
  'podloop.ignorePath',
  'podloop.compareConflict',
  'podloop.keepMine',
  'podloop.takeTheirs',
  'podloop.markMerged',
  'podloop.compareVersion',
  'podloop.restoreVersion',
] as const;
export type CommandId = (typeof commandIds)[number];

/** The tree in the activity bar. */
export const clustersView = 'podloop.clusters';
/** What the sync of each session does and did. */
export const syncView = 'podloop.sync';
/** The terminal profile of the dev container. */
export const terminalProfile = 'podloop.devContainer';
/** The status bar item; `publisher.name.` stands before it in the page. */
export const statusBarItem = 'session';

/** Every setting that package.json contributes. */
export const settingIds = [
  'podloop.kubeconfigs',
  'podloop.namespaces',
  'podloop.protectedContexts',
  'podloop.sidecar.image',
  'podloop.defaults',
] as const;
export type SettingId = (typeof settingIds)[number];

/** Every context key that `when` clauses of package.json name. */
export const contextKeys = [
  /** `unknown` until the kubeconfig files were read, then `none` or `some`. */
  'podloop.contexts',
  /** Whether a session is open in this window. */
  'podloop.inSession',
  /** Whether a session of this window can reach its pod. */
  'podloop.connected',
  /** Whether the sync of a session of this window can be paused. */
  'podloop.syncRunning',
  /** Whether the sync of a session of this window is paused. */
  'podloop.syncPaused',
  /** Paths of the local files that have a conflict. */
  'podloop.conflicts',
  /** Whether Run or Debug keeps a program in a pod. */
  'podloop.running',
] as const;
export type ContextKey = (typeof contextKeys)[number];

/** Titles of the commands as package.json has them, by id. */
export function commandTitles(manifest: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  // The unit test beside this holds package.json to the shape.
  const { commands } = manifest.contributes as { commands: readonly { command: string; title: string }[] };
  return Object.fromEntries(commands.map(({ command, title }) => [command, title.replace(/\.\.\.$/, '')]));
}
