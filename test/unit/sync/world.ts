import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { silentLog } from '../../../src/base/log.ts';
import { type LocalPath, localPath } from '../../../src/base/paths.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import type { BatchApplied, SyncStatus } from '../../../src/sync/core/status.ts';
import { openSyncEngine } from '../../../src/sync/openSyncEngine.ts';
import type { SyncEngine, SyncEngineOptions } from '../../../src/sync/syncEngine.ts';
import { SidecarProcess, testToken } from './sidecarProcess.ts';
import { readTree } from './tree.ts';

/** A local folder, a volume, a sidecar process and an engine between them, all on this machine. */
export class World {
  readonly base = mkdtempSync(path.join(tmpdir(), 'podloop-sync-'));
  readonly root = path.join(this.base, 'project');
  readonly volume = path.join(this.base, 'volume');
  /** The synced tree in the volume; see `startSidecar` for one with mounts. */
  remote = path.join(this.volume, 'files');
  readonly applied: BatchApplied[] = [];
  readonly statuses: SyncStatus[] = [];
  /** Wraps each new connection; a test may cut or slow it. */
  wrap: (socket: Socket) => Duplex = (socket) => socket;
  #sidecar: SidecarProcess | undefined;
  #engine: SyncEngine | undefined;

  constructor() {
    mkdirSync(this.root);
  }

  get engine(): SyncEngine {
    assert.ok(this.#engine !== undefined, 'no engine is open');
    return this.#engine;
  }

  /** Whether there is an engine. */
  get isOpen(): boolean {
    return this.#engine !== undefined;
  }

  get sidecar(): SidecarProcess {
    assert.ok(this.#sidecar !== undefined, 'no sidecar is running');
    return this.#sidecar;
  }

  /** Starts what is not there yet. */
  async start(options: Partial<SyncEngineOptions> = {}): Promise<void> {
    await this.startSidecar();
    this.openEngine(options);
  }

  /** Starts a sidecar, on the port that the one before had; `mounts` as in `SidecarProcess.start`. */
  async startSidecar(mounts?: string): Promise<void> {
    this.#sidecar = await SidecarProcess.start(this.volume, this.#sidecar?.port, mounts);
    if (mounts !== undefined) this.remote = path.join(this.#sidecar.processRoot, this.volume, 'files');
  }

  openEngine(options: Partial<SyncEngineOptions> = {}): void {
    this.#engine = openSyncEngine({
      root: localPath(this.root),
      stateDir: localPath(path.join(this.base, 'state')),
      workspaceId: 'workspace-1',
      token: testToken,
      ignore: [],
      scheduler: systemScheduler,
      log: silentLog,
      connect: async (signal) => this.wrap(await dial(this.sidecar.port, signal)),
      ...options,
    });
    this.#engine.onBatchApplied((batch) => this.applied.push(batch));
    this.#engine.onStatus((status) => this.statuses.push(status));
  }

  async closeEngine(): Promise<void> {
    await this.#engine?.close();
    this.#engine = undefined;
  }

  async stop(): Promise<void> {
    await this.closeEngine();
    await this.#sidecar?.stop();
    rmSync(this.base, { recursive: true, force: true });
  }

  /** Writes a local file, making its folders. */
  write(relative: string, content: string | Uint8Array, mode?: number): string {
    const absolute = path.join(this.root, relative);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, content, { mode });
    return absolute;
  }

  /** A folder of its own beside the project. */
  folder(name: string): LocalPath {
    return localPath(path.join(this.base, name));
  }

  /** Tells the engine, if there is one, that a file was saved. */
  noteSaved(relative: string): void {
    this.#engine?.noteSaved(localPath(path.join(this.root, relative)));
  }

  flush(milliseconds = 30_000): Promise<void> {
    return this.engine.flush(AbortSignal.timeout(milliseconds));
  }

  /** Flushes and requires that both trees are equal, apart from what `skip` names. */
  async settle(skip?: (relative: string) => boolean): Promise<void> {
    await this.flush();
    const [there, here] = [readTree(this.remote, skip), readTree(this.root, skip)];
    const paths = new Set([...there.keys(), ...here.keys()]);
    const differences = [...paths].filter((at) => there.get(at) !== here.get(at));
    const lines = differences.map((at) => `${JSON.stringify(at)}: here ${here.get(at)}, there ${there.get(at)}`);
    assert.deepEqual(lines, [], 'the trees are equal');
  }

  /** Resolves when both trees are equal, whichever side had to follow, and nothing is under way. */
  async converge(milliseconds = 20_000): Promise<void> {
    await this.flush();
    await until(
      () => (this.engine.status.kind === 'inSync' && this.#differences().length === 0 ? true : undefined),
      milliseconds,
      () => JSON.stringify([this.#differences(), this.engine.status, this.engine.problems], undefined, 1),
    );
  }

  #differences(): string[] {
    const [there, here] = [readTree(this.remote), readTree(this.root)];
    return [...new Set([...there.keys(), ...here.keys()])]
      .filter((at) => there.get(at) !== here.get(at))
      .map((at) => `${JSON.stringify(at)}: here ${here.get(at)}, there ${there.get(at)}`);
  }

  /** Writes a file in the pod, making its folders. */
  writeThere(relative: string, content: string | Uint8Array): void {
    const absolute = path.join(this.remote, relative);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
  }

  /** Resolves with the status when it satisfies `wanted`. */
  status(wanted: (status: SyncStatus) => boolean, milliseconds = 10_000): Promise<SyncStatus> {
    return until(
      () => (wanted(this.engine.status) ? this.engine.status : undefined),
      milliseconds,
      () => {
        return `status is ${JSON.stringify(this.engine.status)}`;
      },
    );
  }
}

/** Runs a test in a world of its own. */
export async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const world = new World();
  try {
    await test(world);
  } finally {
    await world.stop();
  }
}

/** Looks again and again until there is a result; fails after a deadline with what is the case instead. */
export async function until<T>(look: () => T | undefined, milliseconds: number, otherwise: () => string): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const result = look();
    if (result !== undefined) return result;
    if (performance.now() > end) assert.fail(`Waited ${milliseconds} ms: ${otherwise()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function dial(port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', signal });
    socket.setNoDelay();
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
