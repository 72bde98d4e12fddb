import { type Disposable, toDisposable } from '../base/disposable.ts';
import type { ListScope, LiveState } from './cluster.ts';
import { LiveList, type LiveListOptions } from './liveList.ts';
import type { ResourceType } from './core/objects.ts';

/** The live lists of one cluster: listeners of the same type and scope share a connection. */
export class LiveLists implements Disposable {
  readonly #options: Pick<LiveListOptions, 'client' | 'scheduler' | 'log'>;
  readonly #lists = new Map<string, LiveList>();
  #disposed = false;

  constructor(options: Pick<LiveListOptions, 'client' | 'scheduler' | 'log'>) {
    this.#options = options;
  }

  watch(type: ResourceType, scope: ListScope, listener: (state: LiveState) => void): Disposable {
    if (this.#disposed) return toDisposable(() => undefined);
    const key = keyOf(type, scope);
    const list = this.#lists.get(key) ?? new LiveList({ ...this.#options, type, scope });
    this.#lists.set(key, list);
    // One function may be subscribed twice; each subscription ends on its own.
    const own = (state: LiveState): void => {
      listener(state);
    };
    list.add(own);
    return toDisposable(() => {
      list.remove(own);
      if (list.isUsed) return;
      list.dispose();
      if (this.#lists.get(key) === list) this.#lists.delete(key);
    });
  }

  dispose(): void {
    this.#disposed = true;
    for (const list of this.#lists.values()) list.dispose();
    this.#lists.clear();
  }
}

function keyOf({ group, version, plural }: ResourceType, scope: ListScope): string {
  const { namespace, labelSelector, fieldSelector } = scope;
  return JSON.stringify([group, version, plural, namespace ?? null, labelSelector ?? null, fieldSelector ?? null]);
}
