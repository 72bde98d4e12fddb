import os from 'node:os';
import type { Disposable } from '../base/disposable.ts';
import type { KubeconfigContexts } from '../cluster/core/kubeconfigContexts.ts';
import { type KubeconfigPaths, kubeconfigPaths, type Kubeconfigs } from '../cluster/kubeconfigs.ts';
import type { ContextSource } from './clusterPool.ts';
import type { Settings } from './settings.ts';

/** The kubeconfig files of this machine and of the settings, read when first asked for and followed from then on. */
export class SettingsContextSource implements ContextSource, Disposable {
  readonly #kubeconfigs: Kubeconfigs;
  readonly #subscription: Disposable;
  #first: Promise<KubeconfigContexts> | undefined;

  readonly onChange: ContextSource['onChange'];

  constructor(kubeconfigs: Kubeconfigs, settings: Settings) {
    this.#kubeconfigs = kubeconfigs;
    this.onChange = kubeconfigs.onChange;
    this.#subscription = settings.onChange((id) => {
      if (id === 'podloop.kubeconfigs' && this.#first !== undefined)
        this.#first = kubeconfigs.refresh(pathsOf(settings));
    });
  }

  async read(): Promise<KubeconfigContexts> {
    this.#first ??= this.#kubeconfigs.refresh();
    const first = await this.#first;
    return this.#kubeconfigs.contexts ?? first;
  }

  /** Reads the files again now. */
  async refresh(): Promise<void> {
    this.#first = this.#kubeconfigs.refresh();
    await this.#first;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** The files to read with these settings. */
export function pathsOf(settings: Settings): KubeconfigPaths {
  return kubeconfigPaths(process.env.KUBECONFIG, os.homedir(), settings.kubeconfigs);
}
