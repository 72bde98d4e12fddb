import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../src/base/disposable.ts';
import { endWithProcess } from '../machine/endWithProcess.ts';
import { freePort } from '../machine/freePort.ts';
import { processTree, type RunningProcess, signalGroup } from '../machine/processes.ts';
import { until } from '../machine/until.ts';
import { defaultSettings } from './defaultSettings.ts';
import { codeServerEntry } from './install.ts';

/** What makes one VS Code differ from another. */
export interface CodeServerOptions {
  /** Folder for user data, extensions, home and log; emptied at start. */
  readonly state: string;
  /** VSIX files to install before the first start. */
  readonly vsix?: readonly string[];
  /** User settings on top of `defaultSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /**
   * Lets `extensionTestsPath` of the payload work. Only for that: VS Code then shows no notifications and answers its
   * dialogs by itself.
   */
  readonly runsExtensionTests?: boolean;
  /** Whether the server goes on when no window was open for three minutes, as for a person who comes and goes. */
  readonly staysWithoutWindow?: boolean;
  /** Environment on top of this process's; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * A VS Code served on a free port of 127.0.0.1, with a home, user data and extensions of its own, in a process group
 * of its own. It keeps port and folders over `stop` and `start`, so that a page finds its state again.
 */
export class CodeServer {
  /** Home folder of everything that runs in this VS Code. */
  readonly home: string;
  readonly logFile: string;
  readonly #options: CodeServerOptions;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #ending: Disposable | undefined;

  private constructor(options: CodeServerOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.home = path.join(options.state, 'home');
    this.logFile = path.join(options.state, 'server.log');
  }

  /** Makes the folders afresh, installs the extensions and starts the server. */
  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const server = new CodeServer(options, await freePort());
    server.#prepareFolders();
    for (const vsix of options.vsix ?? []) server.installExtension(vsix);
    await server.start();
    return server;
  }

  /** Address of a window on `folder`; `payload` are VS Code's own start parameters. */
  url(folder: string, payload: readonly (readonly [key: string, value: string])[] = []): string {
    const parameters = [['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ...payload];
    const query = new URLSearchParams({ folder, payload: JSON.stringify(parameters) });
    return `http://127.0.0.1:${this.#port}/?${query.toString()}`;
  }

  async start(): Promise<void> {
    const log = createWriteStream(this.logFile, { flags: 'a' });
    const child = spawn(process.execPath, [codeServerEntry, ...this.#serveArguments()], {
      cwd: this.home,
      env: this.#environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.on('close', () => log.end());
    this.#ending = endWithProcess(() => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    });
    await until('VS Code answers', async () => {
      if (child.exitCode !== null) throw new Error(`VS Code ended with code ${child.exitCode}; see ${this.logFile}.`);
      const answer = await fetch(`http://127.0.0.1:${this.#port}/healthz`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  /** Ends the server and everything it started: with SIGTERM as an orderly stop, with SIGKILL as a crash. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#ending?.dispose();
    if (child?.pid === undefined) return;
    const { pid } = child;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    signalGroup(pid, signal);
    await ended;
    signalGroup(pid, 'SIGKILL');
  }

  /** Installs an extension as a user would; a window that is open sees it after a reload. */
  installExtension(vsix: string): void {
    const result = spawnSync(
      process.execPath,
      [codeServerEntry, ...this.#folderArguments(), '--install-extension', vsix],
      {
        env: this.#environment(),
        encoding: 'utf8',
      },
    );
    if (result.status !== 0) throw new Error(`${vsix} could not be installed:\n${result.stdout}${result.stderr}`);
  }

  /** Writes user settings on top of what the run started with; open windows take them over at once. */
  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    const file = path.join(this.#options.state, 'user-data/User/settings.json');
    const now = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...now, ...settings }, undefined, 2));
  }

  /** Server, extension hosts and what they started. */
  processes(): RunningProcess[] {
    return this.#child?.pid === undefined ? [] : processTree(this.#child.pid);
  }

  /** The processes that run extensions, one per window. */
  extensionHosts(): RunningProcess[] {
    return this.processes().filter(({ command }) => command.includes('--type=extensionHost'));
  }

  /** Kills the extension hosts at once, as a crash would. */
  killExtensionHosts(): void {
    const hosts = this.extensionHosts();
    if (hosts.length === 0) throw new Error('No extension host is running.');
    for (const { pid } of hosts) process.kill(pid, 'SIGKILL');
  }

  #prepareFolders(): void {
    const { state, settings } = this.#options;
    rmSync(state, { recursive: true, force: true });
    for (const part of ['user-data/User', 'extensions', 'home']) mkdirSync(path.join(state, part), { recursive: true });
    writeFileSync(
      path.join(state, 'user-data/User/settings.json'),
      JSON.stringify({ ...defaultSettings, ...settings }, undefined, 2),
    );
    writeFileSync(path.join(state, 'config.yaml'), 'auth: none\n');
    // A prompt that is the same on every machine.
    writeFileSync(path.join(this.home, '.bashrc'), "PS1='$ '\n");
  }

  #folderArguments(): string[] {
    const { state } = this.#options;
    return [
      ...['--config', path.join(state, 'config.yaml')],
      ...['--user-data-dir', path.join(state, 'user-data')],
      ...['--extensions-dir', path.join(state, 'extensions')],
    ];
  }

  #serveArguments(): string[] {
    return [
      ...this.#folderArguments(),
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${this.#port}`],
      ...['--disable-workspace-trust', '--disable-telemetry', '--disable-update-check', '--ignore-last-opened'],
      ...(this.#options.runsExtensionTests === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      // Should the tests be killed so that they cannot end it, the server ends by itself.
      ...(this.#options.staysWithoutWindow === true ? [] : ['--idle-timeout-seconds', '180']),
    ];
  }

  #environment(): NodeJS.ProcessEnv {
    // A test run started from VS Code's own terminal must not hand on that VS Code's variables.
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(VSCODE_|ELECTRON_|NODE_TEST_|NODE_OPTIONS$|KUBECONFIG$)/.test(name),
    );
    return { ...Object.fromEntries(inherited), HOME: this.home, SHELL: '/bin/bash', ...this.#options.env };
  }
}
