import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { z } from 'zod';
import type { Json } from '../base/json.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { SettingId } from './contributions.ts';

const texts = z.array(z.string());
const textsByName = z.record(z.string(), texts);

/** The user's settings, read anew each time; values of a wrong shape count as not set. */
export class Settings implements Disposable {
  readonly #changed = new Emitter<SettingId>();
  readonly #subscription: vscode.Disposable;

  readonly onChange = this.#changed.event;

  constructor(ids: readonly SettingId[]) {
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      for (const id of ids) if (event.affectsConfiguration(id)) this.#changed.fire(id);
    });
  }

  /** Absolute paths of kubeconfig files besides the usual ones. */
  get kubeconfigs(): readonly string[] {
    return rawKubeconfigs().map(expandHome);
  }

  get protectedContexts(): readonly string[] {
    return texts.safeParse(get('podloop.protectedContexts')).data ?? [];
  }

  get sidecarImage(): string {
    return z.string().parse(get('podloop.sidecar.image'));
  }

  /** What the user wants for every container, as written; it is checked where it is read. */
  get defaults(): Json | undefined {
    // Settings are JSON.
    return get('podloop.defaults') as Json | undefined;
  }

  /** Namespaces that the user named for a context. */
  namespaces(context: string): readonly string[] {
    return textsByName.safeParse(get('podloop.namespaces')).data?.[context] ?? [];
  }

  async addKubeconfig(file: string): Promise<void> {
    await set('podloop.kubeconfigs', [...new Set([...rawKubeconfigs(), file])]);
  }

  async setNamespaces(context: string, namespaces: readonly string[]): Promise<void> {
    const all = textsByName.safeParse(get('podloop.namespaces')).data ?? {};
    await set('podloop.namespaces', { ...all, [context]: namespaces.length === 0 ? undefined : namespaces });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function rawKubeconfigs(): readonly string[] {
  return texts.safeParse(get('podloop.kubeconfigs')).data ?? [];
}

function get(id: SettingId): unknown {
  return vscode.workspace.getConfiguration().get(id);
}

async function set(id: SettingId, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
}

function expandHome(file: string): string {
  return /^~(?=$|[\\/])/.test(file) ? path.join(os.homedir(), file.slice(1)) : file;
}
