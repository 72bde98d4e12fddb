import * as vscode from 'vscode';
import { isAbortError, toError, UserError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { forwardAddress, portProblem } from '../../present/messages.ts';
import type { ForwardState } from '../../session/core/state.ts';
import { inBackground } from '../background.ts';
import { ask, type Option, pick } from '../prompts/pick.ts';
import type { OpenSession } from './openSessions.ts';

/** Forwards the ports that the config names; a port that is taken is told with a way on, and ends nothing. */
export function forwardConfigured({ session }: OpenSession, log: Log): void {
  for (const { remote, local } of session.config.ports) {
    const forwarding = session.forward(remote, local).catch((error: unknown) => {
      if (!isAbortError(error)) offerFreePort({ session, remote, error, log });
    });
    inBackground(log, `Forwarding port ${remote}`, forwarding);
  }
}

/** Asks which port to open and offers its address. */
export async function openPort(open: OpenSession): Promise<void> {
  const forward = await choosePort(open, 'Open Forwarded Port');
  await vscode.env.openExternal(vscode.Uri.parse(forwardAddress(forward)));
}

/** Asks for a port of the pod, forwards it and offers its address. */
export async function forwardPort({ session }: OpenSession, log: Log): Promise<void> {
  const name = session.state.workload.name;
  const title = `Forward Port: ${name}`;
  const remote = await askPort(title, `Port of ${name} in the pod`);
  const local = await askPort(title, `Port on this machine for port ${remote} of ${name}`, `${remote}`);
  const forward = await session.forward(remote, local).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
    offerFreePort({ session, remote, error, log });
  });
  if (forward !== undefined) await offerAddress(forward, name);
}

/** Asks which port is not to be forwarded any more. */
export async function stopForward({ session }: OpenSession): Promise<void> {
  const name = session.state.workload.name;
  const forwards = session.state.forwards;
  if (forwards.length === 0) throw noPortError(name);
  const options = forwards.map((forward) => portOption(forward));
  const { remote } = await pick(`Stop Forwarding Port: ${name}`, 'Port', options);
  await session.stopForward(remote);
}

async function choosePort({ session }: OpenSession, title: string): Promise<ForwardState> {
  const { forwards, workload } = session.state;
  const waiting = session.config.ports.filter(({ remote }) => !forwards.some((forward) => forward.remote === remote));
  const options: readonly Option<{ remote: number; local: number; forwarded: boolean }>[] = [
    ...forwards.map((forward) => ({ ...portOption(forward), value: { ...forward, forwarded: true } })),
    ...waiting.map((port) => ({
      label: `Port ${port.remote}`,
      description: 'not forwarded',
      value: { ...port, forwarded: false },
    })),
  ];
  const [first, ...others] = options;
  if (first === undefined) throw noPortError(workload.name);
  const chosen = others.length === 0 ? first.value : await pick(`${title}: ${workload.name}`, 'Port', options);
  return chosen.forwarded ? chosen : session.forward(chosen.remote, chosen.local);
}

function portOption(forward: ForwardState): Option<ForwardState> {
  return {
    label: `localhost:${forward.local}`,
    description: `port ${forward.remote} in the pod`,
    value: forward,
  };
}

async function offerAddress(forward: ForwardState, name: string): Promise<void> {
  const address = forwardAddress(forward);
  const message = `Port ${forward.remote} of ${name} is at localhost:${forward.local}.`;
  const chosen = await vscode.window.showInformationMessage(message, 'Open in Browser', 'Copy Address');
  if (chosen === 'Open in Browser') await vscode.env.openExternal(vscode.Uri.parse(address));
  if (chosen === 'Copy Address') await vscode.env.clipboard.writeText(address);
}

async function askPort(title: string, prompt: string, value?: string): Promise<number> {
  const text = await ask({ title, prompt, problem: portProblem, ...(value === undefined ? {} : { value }) });
  return Number(text.trim());
}

function offerFreePort(failure: {
  readonly session: OpenSession['session'];
  readonly remote: number;
  readonly error: unknown;
  readonly log: Log;
}): void {
  const { session, remote, error, log } = failure;
  const message = toError(error).message;
  log.warn(message);
  const buttons = isTaken(error) ? ['Use a Free Port'] : [];
  const shown = vscode.window.showWarningMessage(message, ...buttons).then(async (chosen) => {
    if (chosen !== undefined) await offerAddress(await session.forward(remote, 0), session.state.workload.name);
  });
  inBackground(log, `Forwarding port ${remote} to a free one`, shown);
}

function isTaken(error: unknown): boolean {
  return error instanceof UserError && error.code === 'forward.port-in-use';
}

function noPortError(name: string): UserError {
  return new UserError({
    code: 'session.no-port',
    message: `No port of ${name} is forwarded.`,
    next: 'Choose Forward Port, or name ports in .podloop/config.yaml.',
  });
}
