import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalQuantity } from '../../../src/config/quantity.ts';

describe('canonicalQuantity', () => {
  const cases: readonly [written: string, served: string | undefined][] = [
    ['1', '1'],
    ['0', '0'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['1.', '1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1e3', '1k'],
    ['12E', '12E'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['0Mi', '0'],
    ['100n', '100n'],
    ['0.0000000001', '1n'],
    ['', undefined],
    ['-1', undefined],
    ['1 Gi', undefined],
    ['1gi', undefined],
    ['1Ki2', undefined],
    ['cpu', undefined],
  ];
  for (const [written, served] of cases) {
    it(`${written || 'nothing'} is ${served ?? 'no quantity'}`, () => {
      assert.equal(canonicalQuantity(written), served);
      if (served !== undefined) assert.equal(canonicalQuantity(served), served);
    });
  }
});
