import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { nodeId, nodeName } from '../present/treeNode.ts';
import { answered } from './cancellation.ts';
import type { ClusterPool } from './clusterPool.ts';
import type { SettingsContextSource } from './contextSource.ts';
import { askNamespace, chooseContext } from './prompts/chooseWorkload.ts';
import type { Settings } from './settings.ts';
import { contextOf, nodeOf } from './subject.ts';
import type { ClusterTree } from './tree/clusterTree.ts';

/** What the commands of the clusters view work with. */
export interface ClusterCommandDeps {
  readonly clusters: ClusterPool;
  readonly contexts: SettingsContextSource;
  readonly settings: Settings;
  readonly tree: ClusterTree;
}

/** Commands of the clusters view that are not about dev mode. */
export class ClusterCommands {
  readonly #deps: ClusterCommandDeps;

  constructor(deps: ClusterCommandDeps) {
    this.#deps = deps;
  }

  async addKubeconfig(): Promise<void> {
    const [file] = await answered(
      vscode.window.showOpenDialog({ title: 'Add Kubeconfig File', openLabel: 'Add', canSelectMany: false }),
    );
    if (file !== undefined) await this.#deps.settings.addKubeconfig(file.fsPath);
  }

  /** Shows a namespace that cannot be listed. */
  async useNamespace(subject: unknown): Promise<void> {
    const { clusters, settings, tree } = this.#deps;
    const context = contextOf(subject) ?? (await chooseContext({ clusters }, 'Use Namespace'));
    const namespace = await askNamespace(`Use Namespace: ${context}`);
    await settings.setNamespaces(context, [...new Set([...settings.namespaces(context), namespace])]);
    tree.refresh(nodeId({ kind: 'context', context }));
  }

  async forgetNamespace(subject: unknown): Promise<void> {
    const node = nodeOf(subject);
    if (node?.kind !== 'namespace') return;
    const { settings, tree } = this.#deps;
    const kept = settings.namespaces(node.context).filter((name) => name !== node.namespace);
    await settings.setNamespaces(node.context, kept);
    tree.refresh(nodeId({ kind: 'context', context: node.context }));
  }

  /** Asks the cluster again: below a row, or everything. A context is connected to anew. */
  async refresh(subject: unknown): Promise<void> {
    const { clusters, contexts, tree } = this.#deps;
    const node = nodeOf(subject);
    if (node === undefined) {
      const { contexts: known } = await clusters.read();
      await Promise.all(known.map(({ name }) => clusters.discard(name)));
      await contexts.refresh();
      tree.refresh();
      return;
    }
    if (node.kind === 'context') await clusters.discard(node.context);
    tree.refresh(nodeId(node));
  }

  /** What a row that reports trouble is about is tried again. */
  async retry(subject: unknown): Promise<void> {
    const { clusters, tree } = this.#deps;
    const context = contextOf(subject);
    if (context === undefined) return this.refresh(undefined);
    await clusters.discard(context);
    tree.refresh(nodeId({ kind: 'context', context }));
  }

  /** Logs in anew: by the credential plugin where the user has one, by the user's own hand otherwise. */
  async refreshLogin(subject: unknown): Promise<void> {
    const { clusters, contexts } = this.#deps;
    const name = contextOf(subject) ?? (await chooseContext({ clusters }, 'Log In Again'));
    await contexts.refresh();
    const found = (await clusters.read()).contexts.find((context) => context.name === name);
    const body = found?.entries.user?.body;
    if (body?.exec !== undefined || body?.['auth-provider'] !== undefined || found === undefined) {
      return this.retry(subject);
    }
    throw new UserError({
      code: 'cluster.fixed-login',
      message: `Context ${name} logs in with what stands in ${found.file}, not with a program that could renew it.`,
      next: 'Put a new token or certificate into the file; the view follows by itself.',
      remedies: [{ kind: 'openFile', path: found.file }],
    });
  }

  async openKubeconfig(subject: unknown): Promise<void> {
    const node = nodeOf(subject);
    const found = (await this.#deps.clusters.read()).contexts.find(({ name }) => name === contextOf(subject));
    const file = (node?.kind === 'notice' ? node.file : undefined) ?? found?.file;
    if (file === undefined) return;
    const line = node?.kind === 'notice' ? (node.line ?? 1) - 1 : 0;
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(line, 0, line, 0) });
  }

  /** Copies a manifest that would grant the right which a row reports as missing. */
  async copyAccessRule(subject: unknown): Promise<void> {
    const node = nodeOf(subject);
    if (node?.kind !== 'notice' || node.rule === undefined) return;
    await vscode.env.clipboard.writeText(node.rule);
    vscode.window.setStatusBarMessage('Copied a rule that would allow it.', 5000);
  }

  async copyName(subject: unknown): Promise<void> {
    const node = nodeOf(subject);
    if (node !== undefined && node.kind !== 'notice') await vscode.env.clipboard.writeText(nodeName(node));
  }
}
