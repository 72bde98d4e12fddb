import path from 'node:path';
import { abortReason, toError } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import { localPath } from '../../src/base/paths.ts';
import { Connection, type ConnectionParts } from '../../src/sidecar/connection.ts';
import { WriterSlot } from '../../src/sidecar/writerSlot.ts';
import type { MessageSocket } from '../../src/sync/link/messageSocket.ts';
import { PushEngine } from '../../src/sync/openSyncEngine.ts';
import { Replica } from '../../src/sync/replica/replica.ts';
import { FolderWatcher } from '../../src/sync/watch/folderWatcher.ts';
import type { OpenWatcher } from '../../src/sync/watch/treeWatcher.ts';
import type { Random } from '../unit/sync/random.ts';
import { mkdirSync } from './disk.ts';
import type { Places } from './places.ts';
import type { Program } from './program.ts';
import { SimulatedThread } from './simulatedThread.ts';

/** The sidecar's process: a replica over the volume, and the connections that it serves. */
export class PodEnd {
  readonly program: Program;
  readonly replica: Replica;
  readonly #parts: ConnectionParts;

  /** Throws the disk's error: then the process ends before it listens. */
  constructor(places: Places, program: Program, log: Log, boot: string) {
    this.program = program;
    const stateDir = places.state('pod');
    const place = { root: places.tree('pod'), stateDir, keepDir: stateDir };
    mkdirSync(place.root, { recursive: true });
    this.replica = new Replica(place, program, log);
    const openWatcher: OpenWatcher = (root, events) =>
      new FolderWatcher(root, events, { markFolder: path.join(stateDir, 'marks') });
    const { replica } = this;
    this.#parts = { replica, slot: new WriterSlot(), bootId: boot, openWatcher, scheduler: program, log };
  }

  accept(socket: MessageSocket): void {
    new Connection(socket, this.#parts);
  }

  /** What it does on SIGTERM before it exits. */
  close(): void {
    this.replica.close();
  }
}

/** What a `LocalEnd` is started with. */
export interface LocalEndInit {
  readonly places: Places;
  readonly program: Program;
  readonly log: Log;
  readonly random: Random;
  /** Opens a connection; throws when there is nobody. */
  readonly dial: () => MessageSocket;
}

/** The extension's process: the engine and its thread. */
export class LocalEnd {
  readonly program: Program;
  readonly engine: PushEngine;
  #thread: SimulatedThread | undefined;

  constructor({ places, program, log, random, dial }: LocalEndInit) {
    this.program = program;
    this.engine = new PushEngine(
      {
        root: localPath(places.tree('local')),
        stateDir: localPath(places.state('local')),
        workspaceId: 'workspace',
        connect: () => Promise.reject(new Error('There are no streams here.')),
        token: '',
        ignore: [],
        scheduler: program,
        log,
      },
      {
        startThread: (settings, events) => {
          this.#thread = new SimulatedThread(settings, events, program, log);
          return this.#thread;
        },
        dial: (signal) => dialSoon(program, dial, signal),
        random: () => random.next(),
      },
    );
  }

  /** What may happen next between its threads. */
  moves(): Iterable<() => void> {
    return this.#thread?.moves() ?? [];
  }
}

function dialSoon(program: Program, dial: () => MessageSocket, signal: AbortSignal): Promise<MessageSocket> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    program.soon(() => {
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) return;
      try {
        resolve(dial());
      } catch (error) {
        reject(toError(error));
      }
    });
  });
}
