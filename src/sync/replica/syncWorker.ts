import path from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Log } from '../../base/log.ts';
import { systemScheduler } from '../../base/scheduler.ts';
import { PushSide } from '../push/pushSide.ts';
import type { FromWorker, ToWorker, WorkerSettings, WorkerTask } from '../push/workerMessages.ts';
import { FolderWatcher } from '../watch/folderWatcher.ts';
import { takePreview } from './takePreview.ts';

// The worker that owns the local disk: file system calls block it and nothing else.

if (parentPort === null) throw new Error('This file runs as a worker.');
// The data was written by `SyncThread` or `previewSync` in this program, not by anybody else.
const task = workerData as WorkerTask;
if (task.kind === 'sync') sync(task.settings, parentPort);
else parentPort.postMessage(takePreview(task.root, task.ignore));

function sync(settings: WorkerSettings, port: MessagePort): void {
  const post = (message: FromWorker): void => {
    port.postMessage(message, message.kind === 'send' ? [message.bytes.buffer] : []);
  };
  const log: Log = {
    debug: (message, data) => post({ kind: 'log', level: 'debug', message, data }),
    info: (message, data) => post({ kind: 'log', level: 'info', message, data }),
    warn: (message, data) => post({ kind: 'log', level: 'warn', message, data }),
    error: (message, data) => post({ kind: 'log', level: 'error', message, data }),
  };
  const markFolder = path.join(settings.stateDir, 'marks');
  const side = new PushSide(settings, post, {
    scheduler: systemScheduler,
    log,
    openWatcher: (root, events) => new FolderWatcher(root, events, { markFolder }),
  });
  port.on('message', (message: ToWorker) => {
    if (message.kind !== 'close') {
      side.receive(message);
      return;
    }
    side.close();
    port.close();
  });
  side.start();
}
