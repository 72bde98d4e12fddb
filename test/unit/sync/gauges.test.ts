import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHash } from '../../../src/protocol/contentHash.ts';
import { backoffDelay } from '../../../src/sync/core/backoff.ts';
import { BulkWindow } from '../../../src/sync/core/bulkWindow.ts';
import { type HashedFile, isRacy, knownHash } from '../../../src/sync/core/fingerprint.ts';
import { StormGauge } from '../../../src/sync/core/stormGauge.ts';

test('single changes are looked at at once, storms are gathered, and nothing waits for ever', () => {
  const gauge = new StormGauge();
  for (let at = 0; at < 1000; at += 100) {
    assert.equal(gauge.note(3, at), 0);
    gauge.looked(false, at);
  }
  const waits: number[] = [];
  for (let at = 2000; at < 3000; at += 10) waits.push(gauge.note(100, at));
  assert.deepEqual(waits.slice(0, 4), [20, 50, 100, 100]);
  assert.equal(waits[49], 10, '490 ms after the first change only 10 ms are left');
  assert.ok(waits.slice(50).every((wait) => wait === 0));
  gauge.looked(true, 3000);
  assert.equal(gauge.note(1, 4000), 0, 'after a quiet wait single changes are at once again');
});

test('a storm that lasts is looked at once per window', () => {
  const gauge = new StormGauge();
  for (let at = 0; at <= 500; at += 10) gauge.note(100, at);
  gauge.looked(false, 500);
  assert.equal(gauge.note(100, 510), 100);
  assert.equal(gauge.note(100, 600), 10, 'what comes meanwhile does not prolong the wait');
  assert.equal(gauge.note(100, 610), 0);
});

test('changes that somebody holds together wait for him, but not for ever', () => {
  const gauge = new StormGauge();
  assert.equal(gauge.note(1, 0, true), 10, 'even a single one');
  for (let at = 10; at < 2000; at += 10) assert.equal(gauge.note(100, at, true), 10);
  assert.equal(gauge.note(100, 2000, true), 0);
  gauge.looked(false, 2000);
});

test('a file that is saved all the time is looked at sixty times a second', () => {
  const gauge = new StormGauge();
  let looks = 0;
  for (let at = 0; at < 1000; at++) {
    if (gauge.note(1, at) > 0) continue;
    gauge.looked(false, at);
    looks++;
  }
  assert.ok(looks >= 60 && looks <= 70, `${looks} looks`);
});

test('the bulk window follows bandwidth and round trip within its limits', () => {
  assert.equal(new BulkWindow().limit, 512 * 1024);
  assert.equal(transferAt(1250, 20).limit, 256 * 1024, 'a slow line gets the smallest window');
  const fast = transferAt(200_000, 10).limit;
  assert.ok(fast > 3e6 && fast <= 8 * 1024 * 1024, `a fast one ${fast}`);
});

test('back-off grows to five seconds and spreads by a fifth', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 9].map((failures) => backoffDelay(failures, 0.5)),
    [200, 500, 1000, 2000, 5000, 5000],
  );
  assert.equal(backoffDelay(5, 0), 4000);
  assert.ok(backoffDelay(5, 0.999) <= 6000);
});

test('a file that was hashed right after it was written is not trusted', () => {
  const at = (changed: number, hashedAt: number): HashedFile => ({
    fingerprint: { mtimeNs: BigInt(changed) * 1_000_000n, ctimeNs: BigInt(changed) * 1_000_000n, inode: 1n, size: 5 },
    hash: contentHash('a'.repeat(64)),
    hashedAt,
  });
  assert.ok(isRacy(at(10_000, 10_500)));
  assert.ok(isRacy(at(10_000, 9000)), 'nor one from the future');
  assert.ok(!isRacy(at(10_000, 12_000)));
  const old = at(10_000, 20_000);
  assert.equal(knownHash(old, { ...old.fingerprint }), old.hash);
  assert.equal(knownHash(old, { ...old.fingerprint, ctimeNs: 1n }), undefined, 'restored times do not hide a change');
});

/** A window after a long transfer over a line of so many bytes per millisecond and so long a round trip. */
function transferAt(bytesPerMs: number, trip: number): BulkWindow {
  const window = new BulkWindow();
  let now = 0;
  let free = 0;
  const arrivals: { at: number; bytes: number }[] = [];
  for (let step = 0; step < 2000; step++) {
    while (window.underWay < window.limit) {
      window.sent(64 * 1024, now);
      free = Math.max(free, now) + (64 * 1024) / bytesPerMs;
      arrivals.push({ at: free + trip, bytes: 64 * 1024 });
    }
    const next = arrivals.shift();
    if (next === undefined) break;
    now = Math.max(now, next.at);
    window.credited(next.bytes, now);
  }
  return window;
}
