import { Worker } from 'node:worker_threads';
import { abortReason, toError } from '../base/errors.ts';
import type { LocalPath } from '../base/paths.ts';
import type { SyncPreview } from './core/preview.ts';
import type { WorkerTask } from './push/workerMessages.ts';
import { workerFile } from './syncThread.ts';

/**
 * Says what would be synced of a folder, without syncing any of it. `ignore` are patterns besides those of ignore files
 * and the built-in defaults. Looks from a thread of its own. Rejects when the folder is missing or `signal` aborts.
 */
export function previewSync(root: LocalPath, ignore: readonly string[], signal: AbortSignal): Promise<SyncPreview> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    const task: WorkerTask = { kind: 'preview', root, ignore };
    const worker = new Worker(workerFile(import.meta.url), { workerData: task, name: 'podloop-preview' });
    let outcome = (): void => {
      reject(new Error('The preview ended without a result.'));
    };
    const end = (settle: () => void): void => {
      outcome = settle;
      worker.terminate().catch(reject);
    };
    const onAbort = (): void => {
      end(() => {
        reject(abortReason(signal));
      });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    worker.once('message', (preview: SyncPreview) => {
      end(() => {
        resolve(preview);
      });
    });
    worker.once('error', (error) => {
      outcome = () => {
        reject(toError(error));
      };
    });
    worker.once('exit', () => {
      signal.removeEventListener('abort', onAbort);
      outcome();
    });
  });
}
