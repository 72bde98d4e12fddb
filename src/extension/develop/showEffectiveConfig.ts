import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { localPath } from '../../base/paths.ts';
import type { KubeObject } from '../../cluster/core/objects.ts';
import { readRecord } from '../../devmode/core/recordAnnotation.ts';
import { restore } from '../../devmode/core/template.ts';
import { effectiveConfigText } from '../../present/effectiveConfigText.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { ClusterPool } from '../clusterPool.ts';
import { chooseWorkload, type WorkloadQuestionDeps } from '../prompts/chooseWorkload.ts';
import type { OpenSessions } from '../session/openSessions.ts';
import { workloadOf } from '../subject.ts';
import { fetchWorkload, prepareConfig, type PrepareDeps } from './prepareStart.ts';

/** What the command takes from the window. */
export interface EffectiveConfigDeps extends WorkloadQuestionDeps, PrepareDeps {
  readonly clusters: ClusterPool;
  readonly sessions: OpenSessions;
}

const scheme = 'podloop-config';

/** Read-only documents that show how a container is developed, and who says so. */
export class EffectiveConfigs implements vscode.TextDocumentContentProvider, Disposable {
  readonly #deps: EffectiveConfigDeps;
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(deps: EffectiveConfigDeps) {
    this.#deps = deps;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '# Choose "Show Effective Config" again: this was of another window.\n';
  }

  /** Shows the document of a workload: the given one, that of the only session, or one that is asked for. */
  async show(subject: unknown): Promise<void> {
    const { sessions, clusters } = this.#deps;
    const [only, ...others] = sessions.all;
    const title = 'Show Effective Config';
    const workload =
      workloadOf(subject) ??
      (others.length === 0 ? only?.session.state.workload : undefined) ??
      (await chooseWorkload(this.#deps, title, 'developable'));
    const cluster = await clusters.shared(workload.context);
    const object = original(await fetchWorkload(cluster, workload, AbortSignal.timeout(30_000)));
    const state = sessions.find(workload)?.session.state;
    const known = state === undefined ? {} : { container: state.container, folder: localPath(state.folder) };
    const preparation = { workload, object, cluster, useMemory: true, title: `${title}: ${workload.name}`, ...known };
    const prepared = await prepareConfig(preparation, this.#deps);
    const { kind, name, namespace } = workload;
    const text = effectiveConfigText({
      ...prepared,
      subject: { kind, workload: name, namespace, container: prepared.container.name },
    });
    await this.#open(uriOf(workload, prepared.container.name), text);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  async #open(uri: vscode.Uri, text: string): Promise<void> {
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

/** The workload as it is without dev mode. */
function original(object: KubeObject): KubeObject {
  const record = readRecord(object);
  return record === undefined ? object : restore(object, record).object;
}

function uriOf({ context, namespace, kind, name }: WorkloadId, container: string): vscode.Uri {
  const parts = [context, namespace, kind, name, `${container} effective config.yaml`];
  return vscode.Uri.from({ scheme, path: `/${parts.map((part) => part.replaceAll('/', '-')).join('/')}` });
}
