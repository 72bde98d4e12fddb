import * as vscode from 'vscode';
import type { Scheduler } from '../../base/scheduler.ts';
import type { Locale } from '../../present/locale.ts';
import { statusBarView } from '../../present/statusBar.ts';
import { type CommandId, statusBarItem } from '../contributions.ts';
import type { OpenSessions } from './openSessions.ts';

const backgrounds = {
  warning: 'statusBarItem.warningBackground',
  error: 'statusBarItem.errorBackground',
} as const;

/** Shows the sessions of this window in the status bar, as long as there are any. */
export class SessionStatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;

  constructor(sessions: OpenSessions, options: { readonly scheduler: Scheduler; readonly locale: Locale }) {
    this.#item = vscode.window.createStatusBarItem(statusBarItem, vscode.StatusBarAlignment.Left, 10);
    this.#item.name = 'Podloop Session';
    this.#item.command = 'podloop.showMenu' satisfies CommandId;
    this.#subscription = sessions.onChange(() => {
      this.#show(sessions, options);
    });
    this.#show(sessions, options);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #show(sessions: OpenSessions, options: { readonly scheduler: Scheduler; readonly locale: Locale }): void {
    const view = statusBarView(sessions.states, options.scheduler.now(), options.locale);
    if (view === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = view.text;
    this.#item.tooltip = new vscode.MarkdownString(view.tooltip, true);
    this.#item.accessibilityInformation = { label: view.accessibleLabel, role: 'button' };
    this.#item.backgroundColor =
      view.background === undefined ? undefined : new vscode.ThemeColor(backgrounds[view.background]);
    this.#item.show();
  }
}
