import { setTimeout as wait } from 'node:timers/promises';
import { apiKey, folderId } from './syncthingConfig.ts';

/** The REST interface of one end. */
export class SyncthingApi {
  readonly #base: string;

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}/rest`;
  }

  /** Whether it answers and is connected with the other device. */
  async isConnected(device: string): Promise<boolean> {
    const { connections } = (await this.#call('GET', '/system/connections')) as Connections;
    return connections[device]?.connected === true;
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.#call('PATCH', `/config/folders/${folderId}`, { paused });
  }

  /** Looks at all files now; resolves when all are looked at. */
  async scan(): Promise<void> {
    await this.#call('POST', `/db/scan?folder=${folderId}`);
  }

  /** How far this end is. */
  async status(): Promise<FolderStatus> {
    return (await this.#call('GET', `/db/status?folder=${folderId}`)) as FolderStatus;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(this.#base + path, {
      method,
      headers: { 'X-API-Key': apiKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Syncthing answered ${answer.status} to ${method} ${path}: ${text.trim()}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

interface Connections {
  readonly connections: Readonly<Record<string, { readonly connected: boolean }>>;
}

/** What the end of one folder says of itself. */
export interface FolderStatus {
  readonly state: string;
  /** Grows with each change of its own. */
  readonly sequence: number;
  /** How far it knows the changes of others. */
  readonly remoteSequence?: Readonly<Record<string, number>>;
  /** What it knows of and does not have yet. */
  readonly needTotalItems: number;
}

/** Resolves when the end in the pod has everything that the local end, whose device is `own`, knows of. */
export async function untilEqual(local: SyncthingApi, pod: SyncthingApi, own: string, deadline: number): Promise<void> {
  const end = performance.now() + deadline;
  for (;;) {
    const [here, there] = [await local.status(), await pod.status()];
    const isIdle = here.state === 'idle' && there.state === 'idle';
    const isKnown = here.sequence > 0 && there.remoteSequence?.[own] === here.sequence;
    if (isIdle && isKnown && there.needTotalItems === 0) return;
    if (performance.now() > end) throw new Error(`not within ${Math.round(deadline / 1000)} s`);
    await wait(20);
  }
}
