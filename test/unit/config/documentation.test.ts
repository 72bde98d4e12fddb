import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { entrySchema } from '../../../src/config/configSchema.ts';
import { unsupportedFields } from '../../../src/config/unsupportedFields.ts';

const text = readFileSync(path.resolve(import.meta.dirname, '../../../docs/config.md'), 'utf8');
const [, , file = ''] = text.split(/^## /m);

test('docs/config.md has a row for every field of an entry, in the order of the schema', () => {
  const rows = [...file.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(rows, Object.keys(entrySchema.shape));
});

test('docs/config.md names what is refused', () => {
  for (const name of unsupportedFields.keys()) assert.ok(file.includes(`\`${name}\``), name);
});
