/** Settings that people look for and that do not exist, with what to do instead. */
export const unsupportedFields: ReadonlyMap<string, string> = new Map([
  ['folders', 'a session syncs one folder; start one session for each'],
  ['persistentFolders', 'mount an existing PersistentVolumeClaim with mounts'],
  ['initFromImage', 'copy what is needed from the image in run'],
  ['stop', 'programs get TERM, and KILL after 5 seconds'],
  ['setup', 'put it before the command of run: setup && start'],
]);
