/** What each room of `src/` may import. This table is the architecture; ARCHITECTURE.md shows the same. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  config: ['base'],
  debug: ['base', 'config'],
  protocol: ['base'],
  cluster: ['base'],
  sync: ['base', 'protocol'],
  devmode: ['base', 'config', 'protocol', 'cluster'],
  session: ['base', 'config', 'debug', 'cluster', 'sync', 'devmode'],
  present: ['base', 'config', 'debug', 'cluster/core', 'sync/core', 'devmode/core', 'session/core'],
  sidecar: ['base', 'protocol', 'sync'],
  webview: ['base', 'present'],
  extension: ['base', 'config', 'debug', 'protocol', 'cluster', 'sync', 'devmode', 'session', 'present'],
};

/** Rooms of values in, values out; besides these every folder called `core`. */
export const pureRooms: readonly string[] = ['base', 'config', 'debug', 'protocol', 'present'];

/** npm packages that pure code may use: they have no I/O of their own. */
export const purePackages: readonly string[] = ['yaml', 'zod', 'ignore'];

/** npm packages that only one room may import. */
export const soleImporters: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'cluster',
  vscode: 'extension',
};
