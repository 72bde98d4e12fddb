import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DisposableStore, toDisposable } from '../../../src/base/disposable.ts';
import { Emitter } from '../../../src/base/event.ts';

test('a store releases in reverse order, once, and releases late comers at once', () => {
  const released: string[] = [];
  const item = (name: string) => toDisposable(() => released.push(name));
  const store = new DisposableStore();
  store.add(item('first'));
  store.add(item('second'));
  store.release(store.add(item('early')));
  store.dispose();
  store.dispose();
  store.add(item('late'));
  assert.deepEqual(released, ['early', 'second', 'first', 'late']);
});

test('a listener that unsubscribes while it is called does not disturb the others', () => {
  const emitter = new Emitter<number>();
  const seen: string[] = [];
  const once = emitter.event((value) => {
    seen.push(`once ${value}`);
    once.dispose();
  });
  emitter.event((value) => seen.push(`always ${value}`));
  emitter.fire(1);
  emitter.fire(2);
  assert.deepEqual(seen, ['once 1', 'always 1', 'always 2']);
});

test('the same function subscribed twice is two subscriptions', () => {
  const emitter = new Emitter<number>();
  let calls = 0;
  const listener = (): void => {
    calls += 1;
  };
  const first = emitter.event(listener);
  emitter.event(listener);
  first.dispose();
  emitter.fire(0);
  assert.equal(calls, 1);
});
