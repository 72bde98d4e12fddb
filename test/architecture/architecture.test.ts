import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { importsOf, readImports } from './imports.ts';
import { violations } from './rules.ts';
import { mayImport } from './table.ts';

const checkout = path.resolve(import.meta.dirname, '../..');
const src = path.join(checkout, 'src');

test('every import of src/ is allowed by the table', () => {
  assert.deepEqual(violations(readImports(src)), []);
});

test('every room of src/ is in the table and the other way round', () => {
  const rooms = readdirSync(src).filter((name) => readdirSync(path.join(src, name)).length > 0);
  assert.deepEqual(
    rooms.filter((room) => mayImport[room] === undefined),
    [],
  );
});

const planted: readonly (readonly [name: string, file: string, text: string, reason: RegExp])[] = [
  ['an upward import', 'cluster/a.ts', "import { x } from '../session/x.ts';", /cluster may import only: base/],
  ['vscode below the wall', 'session/a.ts', "import type { Uri } from 'vscode';", /only extension may import vscode/],
  ['Node in pure code', 'present/a.ts', "import { readFileSync } from 'node:fs';", /may not reach a host/],
  ['a core with an impure neighbour', 'sync/core/a.ts', "import { x } from '../scan.ts';", /impure neighbour/],
  ['reaching past a core', 'present/a.ts', "import { x } from '../sync/engine.ts';", /present may import only/],
  [
    'the Kubernetes client outside its room',
    'devmode/a.ts',
    "import * as k from '@kubernetes/client-node';",
    /only cluster/,
  ],
];

for (const [name, file, text, reason] of planted) {
  test(`a planted fault is named: ${name}`, () => {
    assert.match(violations(importsOf(file, text)).join('\n'), reason);
  });
}

test('a planted run-time cycle is named', () => {
  const cycle = [
    ...importsOf('base/a.ts', "import { b } from './b.ts';"),
    ...importsOf('base/b.ts', "export { a } from './a.ts';"),
  ];
  assert.match(violations(cycle).join('\n'), /cycle: base\/a\.ts -> base\/b\.ts -> base\/a\.ts/);
});

test('ARCHITECTURE.md shows the table', () => {
  const text = readFileSync(path.join(checkout, 'ARCHITECTURE.md'), 'utf8');
  for (const [room, allowed] of Object.entries(mayImport)) {
    const row = text.split('\n').find((line) => new RegExp(`^\\| \\d \\| \`${room}\` \\|`).test(line));
    assert.ok(row !== undefined, `ARCHITECTURE.md has no row for ${room}`);
    const cells = row.split('|').map((cell) => cell.trim());
    assert.equal(cells[3], allowed.length === 0 ? '-' : allowed.join(', '), `row of ${room}`);
  }
});
