import { type Disposable, toDisposable } from '../../src/base/disposable.ts';

/**
 * Calls `end`, which must be synchronous, when this process exits or is asked to by a signal. A process group of its
 * own would live on otherwise. A signal that somebody else handles is left to them. Disposing takes the promise back.
 */
export function endWithProcess(end: () => void): Disposable {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal: NodeJS.Signals): void => {
    const others = process.listeners(signal).filter((listener) => !own.has(listener));
    if (others.length > 0) return;
    process.exit(128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 1));
  };
  own.add(onSignal);
  process.on('exit', end);
  for (const signal of signals) process.on(signal, onSignal);
  return toDisposable(() => {
    own.delete(onSignal);
    process.off('exit', end);
    for (const signal of signals) process.off(signal, onSignal);
  });
}

/** Handlers that only this file registered. */
const own = new Set<unknown>();
