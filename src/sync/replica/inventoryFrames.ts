import { hash } from 'node:crypto';
import { rootSyncPath, type SyncPath } from '../../base/paths.ts';
import type { Digests, ListedEntry, Listing } from '../../protocol/frame.ts';
import { maxListItems } from '../../protocol/limits.ts';
import { folderDigest } from '../core/folderDigest.ts';
import type { Inventory } from './inventory.ts';

/** Bytes of entries in one listing frame, roughly. */
const listingBytes = 256 * 1024;

/** SHA-256 of a text, as `folderDigest` wants it. */
export function sha256OfText(text: string): string {
  return hash('sha256', text);
}

/** The answer to `listDigests`. */
export function* digestFrames(inventory: Inventory): Generator<Digests> {
  const digests = inventory.digests((entries) => folderDigest(entries, sha256OfText));
  const step = Math.min(maxListItems, 2048);
  for (let start = 0; start < digests.length || start === 0; start += step) {
    const folders = digests.slice(start, start + step);
    yield { kind: 'digests', folders, last: start + step >= digests.length };
  }
}

/** The answer to `need`, in frames of bounded size; the last one is empty. */
export function* listingFrames(inventory: Inventory, folders: readonly SyncPath[]): Generator<Listing> {
  for (const folder of folders) {
    let entries: ListedEntry[] = [];
    let bytes = 0;
    for (const entry of inventory.entries(folder)) {
      const size = entryBytes(entry);
      if (bytes + size > listingBytes || entries.length >= maxListItems) {
        yield { kind: 'listing', folder, entries, last: false };
        entries = [];
        bytes = 0;
      }
      entries.push(entry);
      bytes += size;
    }
    if (entries.length > 0) yield { kind: 'listing', folder, entries, last: false };
  }
  yield { kind: 'listing', folder: rootSyncPath, entries: [], last: true };
}

function entryBytes(entry: ListedEntry): number {
  const targets = [entry.put, entry.current].map((state) => (state?.kind === 'link' ? 3 * state.target.length : 0));
  return 3 * entry.name.length + 96 + (targets[0] ?? 0) + (targets[1] ?? 0);
}
