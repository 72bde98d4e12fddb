import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { type ConfigLayer, mergeLayers } from '../../../src/config/configLayers.ts';
import type { ConfigEntry } from '../../../src/config/configSchema.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import { readLayer } from '../../../src/config/readLayer.ts';
import { withEntry } from '../../../src/config/saveEntry.ts';
import { substituteText } from '../../../src/config/substituteEnv.ts';
import { writeEntry } from '../../../src/config/writeEntry.ts';
import { forSeeds } from '../forSeeds.ts';
import { randomEntry } from './randomEntry.ts';

const subject = { kind: 'Deployment', workload: 'cart', container: 'web' };

describe('writeEntry', () => {
  it('writes what is read back as the same', () => {
    forSeeds(150, (random) => {
      const entry = randomEntry(random);
      const text = stringify({ version: 1, containers: [writeEntry(entry)] });
      const parsed = parseConfig(text);
      assert.ok(parsed.kind === 'config', `${JSON.stringify(parsed)}\n${text}`);
      assert.deepEqual(parsed.config.containers, [entry], text);
      assert.deepEqual(writeEntry(parsed.config.containers[0] ?? {}), writeEntry(entry));
    });
  });
});

describe('substituteText', () => {
  const variables = { USER: 'ada', EMPTY: '' };
  const cases: readonly [text: string, result: string][] = [
    ['shop/${env:USER}:dev', 'shop/ada:dev'],
    ['${env:TAG:-latest}', 'latest'],
    ['${env:TAG:-}', ''],
    ['${env:EMPTY:-full}', 'full'],
    ['${env:EMPTY}', ''],
    ['${env:URL:-http://a:80/x}', 'http://a:80/x'],
    ['$${env:USER}', '${env:USER}'],
    ['${USER} $USER ${env} ${ENV:USER}', '${USER} $USER ${env} ${ENV:USER}'],
    ['${env:USER}${env:USER}', 'adaada'],
  ];
  for (const [text, result] of cases) {
    it(`makes ${JSON.stringify(result)} of ${text}`, () => {
      assert.deepEqual(substituteText(text, variables), { text: result, problems: [] });
    });
  }

  it('never takes what an object inherits for a variable', () => {
    assert.equal(substituteText('${env:toString}', {}).problems.length, 1);
  });
});

describe('variables in a config', () => {
  const read = (entry: string, variables: Readonly<Record<string, string>> = {}) =>
    parseConfig(`version: 1\ncontainers:\n  ${entry}\n`, variables);

  it('count as YAML would count their value, unless they are quoted', () => {
    const entry = ['debugPort: ${env:PORT}', 'restartOnSync: ${env:FLAG:-true}', 'env: { A: "${env:PORT}" }'];
    const parsed = read(entry.join('\n  '), { PORT: '9300' });
    assert.ok(parsed.kind === 'config', JSON.stringify(parsed));
    assert.deepEqual(parsed.config.containers, [{ debugPort: 9300, restartOnSync: true, env: { A: '9300' } }]);
  });

  it('that are not set are named with their place, and leave the rest to be read', () => {
    const parsed = read('- { image: "a:${env:TAG}", run: x }\n  - { run: y }');
    assert.ok(parsed.kind === 'config', JSON.stringify(parsed));
    assert.deepEqual(parsed.config.containers, [{ run: 'x' }, { run: 'y' }]);
    const [first, second] = parsed.places;
    assert.deepEqual(
      first?.problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '3:14 containers[0].image names the environment variable TAG, which is not set; ${env:TAG:-default} has a default.',
      ],
    );
    assert.deepEqual(second?.problems, []);
  });

  it('that are not set in a name make it the name of nothing', () => {
    const parsed = read('- { workload: "${env:USER}-cart", run: x }');
    assert.ok(parsed.kind === 'config');
    assert.equal(parsed.config.containers[0]?.workload, '');
  });

  it('are refused where the text comes from the cluster', () => {
    const layer = readLayer({ kind: 'annotation', name: 'a' }, 'version: 1\ncontainers: { run: "echo ${env:TOKEN}" }', {
      subject,
      variables: 'refused',
    });
    assert.deepEqual(layer.entry, {});
    assert.deepEqual(layer.notes, [
      'line 2: containers.run names TOKEN, but what comes from the cluster cannot ask for variables of your machine.',
    ]);
  });

  it('must be written as they are understood', () => {
    const parsed = read('- { run: "${env:1x} ${env:A" }');
    assert.ok(parsed.kind === 'config');
    assert.deepEqual(
      parsed.places[0]?.problems.map(({ message }) => message),
      [
        'containers[0].run holds ${env:1x}, which must be written as ${env:NAME} or ${env:NAME:-default}.',
        'containers[0].run holds ${env:A, which must be written as ${env:NAME} or ${env:NAME:-default}.',
      ],
    );
  });
});

describe('mergeLayers', () => {
  const layer = (name: string, entry: ConfigEntry | undefined): ConfigLayer => ({
    source: { kind: 'annotation', name },
    status: 'read',
    entry,
    lines: {},
    notes: [],
  });

  it('takes each field from the strongest source, and variables one by one', () => {
    const strong = { run: 'strong', env: { A: 'strong', B: undefined } };
    const weak = { run: 'weak', image: 'weak', env: { A: 'weak', B: 'weak', C: 'weak' } };
    const { entry, contributions } = mergeLayers([layer('s', strong), layer('n', undefined), layer('w', weak)]);
    assert.deepEqual(entry, { run: 'strong', image: 'weak', env: { A: 'strong', B: undefined, C: 'weak' } });
    const names = [...contributions].map(([field, all]) => [field, ...all.map(({ source }) => source)]);
    assert.deepEqual(names, [
      ['image', { kind: 'annotation', name: 'w' }],
      ['run', { kind: 'annotation', name: 's' }, { kind: 'annotation', name: 'w' }],
      ['env', { kind: 'annotation', name: 's' }, { kind: 'annotation', name: 'w' }],
    ]);
  });

  it('tells sources that say nothing from none', () => {
    assert.equal(mergeLayers([layer('a', undefined)]).entry, undefined);
    assert.deepEqual(mergeLayers([layer('a', {})]).entry, {});
  });
});

describe('withEntry', () => {
  const entry: ConfigEntry = { workload: 'cart', container: 'web', image: 'node:24', run: 'npm start' };
  const cases: readonly { name: string; text: string; result: string }[] = [
    {
      name: 'adds one behind the others',
      text: '# ours\nversion: 1\ncontainers:\n  # of the shop\n  - workload: shop\n    run: x # fast\n',
      result:
        '# ours\nversion: 1\ncontainers:\n  # of the shop\n  - workload: shop\n    run: x # fast\n  - workload: cart\n    container: web\n    image: node:24\n    run: npm start\n',
    },
    {
      name: 'fills in what an entry for the same container does not say',
      text: 'version: 1\ncontainers:\n  - workload: cart\n    image: mine\n',
      result: 'version: 1\ncontainers:\n  - workload: cart\n    image: mine\n    container: web\n    run: npm start\n',
    },
    {
      name: 'makes a list of a single entry',
      text: 'version: 1\ncontainers:\n  run: any\n',
      result:
        'version: 1\ncontainers:\n  - run: any\n  - workload: cart\n    container: web\n    image: node:24\n    run: npm start\n',
    },
  ];
  for (const { name, text, result } of cases) {
    it(name, () => {
      assert.equal(withEntry(text, entry), result);
      assert.equal(withEntry(result, entry), result, 'a second time changes nothing');
    });
  }

  it('is read back, whatever is added to whatever', () => {
    forSeeds(80, (random) => {
      const before = [randomEntry(random), randomEntry(random)];
      const added = { ...randomEntry(random), workload: 'new', container: 'web' };
      const text = withEntry(stringify({ version: 1, containers: before.map(writeEntry) }), added);
      const parsed = parseConfig(text);
      assert.ok(parsed.kind === 'config', text);
      assert.deepEqual(parsed.config.containers, [...before, added]);
    });
  });
});
