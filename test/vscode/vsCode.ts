import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../machine/until.ts';
import { launchBrowser } from './browser.ts';
import { CodeServer, type CodeServerOptions } from './codeServer.ts';
import { ConsoleErrors } from './consoleErrors.ts';
import { whenReady } from './windowState.ts';
import { ContextMenu } from './pages/contextMenu.ts';
import { DebugView } from './pages/debugView.ts';
import { Dialog } from './pages/dialog.ts';
import { Editor } from './pages/editor.ts';
import { Notifications } from './pages/notifications.ts';
import { OutputPanel } from './pages/outputPanel.ts';
import { Problems } from './pages/problems.ts';
import { QuickInput } from './pages/quickInput.ts';
import { RunningExtensions } from './pages/runningExtensions.ts';
import { SettingsEditor } from './pages/settingsEditor.ts';
import { StatusBarItem } from './pages/statusBar.ts';
import { Terminal } from './pages/terminal.ts';
import { TreeView } from './pages/treeView.ts';
import { Workbench } from './pages/workbench.ts';
import { StepRecorder } from './steps.ts';

/** Folder of one checkout's own state: never committed. */
const local = path.resolve(import.meta.dirname, '../../.local');

/** What a run of VS Code starts with. */
export interface VsCodeOptions extends Omit<CodeServerOptions, 'state'> {
  /** Names its folder `.local/vscode/<name>`; two at the same time need two names. */
  readonly name: string;
  /** Absolute path of the folder to open. */
  readonly folder: string;
}

/**
 * A VS Code window as a person has it in front of them: a server, a browser and the parts of the window. Open one per
 * test file and use it for all its tests: to open takes seconds.
 */
export class VsCode {
  readonly server: CodeServer;
  readonly page: Page;
  readonly consoleErrors: ConsoleErrors;
  readonly workbench: Workbench;
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly dialog: Dialog;
  readonly contextMenu: ContextMenu;
  readonly editor: Editor;
  readonly terminal: Terminal;
  readonly debug: DebugView;
  readonly problems: Problems;
  readonly output: OutputPanel;
  readonly settings: SettingsEditor;
  readonly runningExtensions: RunningExtensions;
  readonly #browser: Browser;

  private constructor(server: CodeServer, browser: Browser, page: Page) {
    this.server = server;
    this.#browser = browser;
    this.page = page;
    this.consoleErrors = new ConsoleErrors(page);
    this.workbench = new Workbench(page);
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
    this.dialog = new Dialog(page);
    this.contextMenu = new ContextMenu(page);
    this.editor = new Editor(page);
    this.terminal = new Terminal(page);
    this.debug = new DebugView(page);
    this.problems = new Problems(page);
    this.output = new OutputPanel(page);
    this.settings = new SettingsEditor(page);
    this.runningExtensions = new RunningExtensions(page);
  }

  /** Starts server and browser, opens the folder and waits until the window takes input. */
  static async open({ name, folder, ...options }: VsCodeOptions): Promise<VsCode> {
    const state = path.join(local, 'vscode', name);
    const server = await CodeServer.start({ ...options, state });
    const browser = await launchBrowser(state);
    const context = await newContext(browser);
    const vsCode = new VsCode(server, browser, await context.newPage());
    await vsCode.show(folder);
    return vsCode;
  }

  /** Opens a folder in the window. */
  async show(folder: string): Promise<void> {
    await this.page.goto(this.server.url(folder));
    await whenReady(this.page);
  }

  tree(title: string): TreeView {
    return new TreeView(this.page, title);
  }

  statusBarItem(id: string): StatusBarItem {
    return new StatusBarItem(this.page, id);
  }

  /** A recorder whose pictures go to `.local/screenshots/<name>`. */
  record(name: string, print: (line: string) => void): StepRecorder {
    return new StepRecorder(this.page, path.join(local, 'screenshots', name), print);
  }

  /** Kills the extension host and waits for the one that VS Code starts in its place. */
  async crashExtensionHost(): Promise<void> {
    const before = this.server.extensionHosts().map(({ pid }) => pid);
    this.server.killExtensionHosts();
    await until('VS Code starts another extension host', () =>
      this.server.extensionHosts().some(({ pid }) => !before.includes(pid)),
    );
  }

  /** Kills VS Code with its extension hosts, as a crash of the machine would, and opens it anew on the same state. */
  async crashAndReopen(): Promise<void> {
    await this.server.stop('SIGKILL');
    await this.server.start();
    await this.page.reload();
    await whenReady(this.page);
  }

  async dispose(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }
}

async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  context.setDefaultTimeout(30_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}
