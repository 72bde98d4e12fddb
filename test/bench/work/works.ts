import { edit, save, saveDuringUpload } from './edits.ts';
import { insertAtFront, oneByte } from './longFiles.ts';
import { again, branchSwitch, firstSync, idle, renameFolder } from './trees.ts';
import type { Work } from './work.ts';

/** All works, in the order in which a peer does them; the first of each tree is its first sync. */
export const works: readonly Work[] = [
  firstSync('first-sync', 'project', (files) => Math.round(files * 0.024)),
  edit('edit', 'project'),
  edit('edit-untold', 'project', { told: false }),
  edit('edit-10ms', 'project', { roundTrip: 10 }),
  edit('edit-30ms', 'project', { roundTrip: 30 }),
  edit('edit-100ms', 'project', { roundTrip: 100 }),
  save('save-64k', 64 * 1024),
  save('save-1m', 1024 * 1024),
  branchSwitch,
  again('reconnect', 'project', 'reconnect'),
  oneByte('byte-in-50m', (sizes) => sizes.medium),
  oneByte('byte-in-1g', (sizes) => sizes.large),
  insertAtFront,
  saveDuringUpload,
  firstSync('first-sync-100k', 'monorepo', (files) => Math.round(files * 0.002)),
  edit('edit-100k', 'monorepo'),
  renameFolder,
  again('reconnect-100k', 'monorepo', 'reconnect'),
  again('reopen-100k', 'monorepo', 'reopen'),
  idle,
];
