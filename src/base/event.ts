import { type Disposable, toDisposable } from './disposable.ts';

/** Subscribes a listener; disposing the result unsubscribes it. Shaped like VS Code's own `Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The sending end of an `Event`. Listeners are called in order of subscription, synchronously. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    const own = (value: T): void => {
      listener(value);
    };
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
