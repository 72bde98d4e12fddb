import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { toError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Log } from '../base/log.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { contextsOf, type KubeconfigContexts } from './core/kubeconfigContexts.ts';
import { type KubeconfigFile, readKubeconfigFile } from './core/kubeconfigFile.ts';
import { watchFiles } from './fileWatch.ts';

/** Absolute paths of the kubeconfig files to read. */
export interface KubeconfigPaths {
  /** Those that `kubectl` reads, merged: the first to define a name wins. */
  readonly standard: readonly string[];
  /** Whether the user named the standard files, so that a missing one is trouble. */
  readonly named: boolean;
  /** Added by the user of Podloop; each stands alone. */
  readonly added: readonly string[];
}

/** The files that `kubectl` reads with this environment and home folder, and the added ones; `~` is the home folder. */
export function kubeconfigPaths(
  kubeconfigVariable: string | undefined,
  home: string,
  added: readonly string[],
): KubeconfigPaths {
  const named = (kubeconfigVariable ?? '').split(path.delimiter).filter((file) => file !== '');
  const absolute = (file: string): string => path.resolve(home, file.replace(/^~(?=[\\/]|$)/, home));
  const standard = named.length > 0 ? named.map((file) => path.resolve(file)) : [path.join(home, '.kube', 'config')];
  return {
    standard: [...new Set(standard)],
    named: named.length > 0,
    added: [...new Set(added.map(absolute))].filter((file) => !standard.includes(file)),
  };
}

/** Reads the files once. Never fails: files that cannot be read are among the problems. */
export async function readKubeconfigs(paths: KubeconfigPaths): Promise<KubeconfigContexts> {
  const standard = await Promise.all(paths.standard.map((file) => readOne(file, paths.named)));
  const added = await Promise.all(paths.added.map((file) => readOne(file, true)));
  return contextsOf([standard, ...added.map((file) => [file])]);
}

/** Follows the contexts of kubeconfig files as the files change. */
export class Kubeconfigs implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<KubeconfigContexts>());
  readonly #scheduler: Scheduler;
  readonly #log: Log;
  #paths: KubeconfigPaths;
  #watch: Disposable | undefined;
  #pending: Disposable | undefined;
  #reading = 0;
  #contexts: KubeconfigContexts | undefined;

  /** Tells the contexts after each change of a file that was noticed. */
  readonly onChange = this.#changed.event;

  constructor(paths: KubeconfigPaths, scheduler: Scheduler, log: Log) {
    this.#paths = paths;
    this.#scheduler = scheduler;
    this.#log = log;
  }

  /** As read last; `undefined` before the first reading. */
  get contexts(): KubeconfigContexts | undefined {
    return this.#contexts;
  }

  /** Reads the files now and follows them from here on. */
  async refresh(paths: KubeconfigPaths = this.#paths): Promise<KubeconfigContexts> {
    this.#paths = paths;
    this.#reading += 1;
    const reading = this.#reading;
    this.#follow();
    const contexts = await readKubeconfigs(paths);
    // An older reading that ends after a newer one must not overwrite it.
    if (reading !== this.#reading || this.#store.isDisposed) return contexts;
    const changed = JSON.stringify(contexts) !== JSON.stringify(this.#contexts);
    this.#contexts = contexts;
    if (changed) this.#changed.fire(contexts);
    return contexts;
  }

  dispose(): void {
    this.#store.dispose();
    this.#watch?.dispose();
    this.#pending?.dispose();
  }

  #follow(): void {
    this.#watch?.dispose();
    if (this.#store.isDisposed) return;
    this.#watch = watchFiles([...this.#paths.standard, ...this.#paths.added], this.#log, () => this.#touched());
  }

  /** Writers replace a file in several steps; one reading after the last of them is enough. */
  #touched(): void {
    this.#pending?.dispose();
    this.#pending = this.#scheduler.after(settleMilliseconds, () => {
      this.refresh().catch((error: unknown) => this.#log.error('Cannot read kubeconfig files.', String(error)));
    });
  }
}

const settleMilliseconds = 100;

async function readOne(file: string, mustExist: boolean): Promise<KubeconfigFile> {
  const nothing = { file, currentContext: undefined, clusters: [], users: [], contexts: [] };
  try {
    return readKubeconfigFile(file, await readFile(file, 'utf8'));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && !mustExist) return { ...nothing, problems: [] };
    const message = missing ? 'The file does not exist.' : `The file cannot be read: ${toError(error).message}`;
    return { ...nothing, problems: [{ file, line: undefined, message }] };
  }
}
