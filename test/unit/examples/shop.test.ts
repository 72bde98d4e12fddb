import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { configPath, parseConfig } from '../../../src/config/parseConfig.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
const shop = path.join(checkout, 'examples/shop');
const python = process.platform === 'win32' ? 'python' : 'python3';
const hasPython = spawnSync(python, ['--version']).status === 0;

describe('sample shop', () => {
  it('passes the tests of its Node service', () => run('web', process.execPath, ['--test']));

  for (const service of ['catalog', 'orders']) {
    it(`passes the tests of its Python service ${service}`, { skip: !hasPython && 'no Python here' }, () =>
      run(service, python, ['-m', 'unittest', 'discover', 'test']),
    );

    it(`has a config for ${service} that names the image of its manifest`, () => {
      const parsed = parseConfig(readFileSync(path.join(shop, service, configPath), 'utf8'));
      if (parsed.kind === 'problems') assert.fail(parsed.problems[0].message);
      const manifest = readFileSync(path.join(shop, 'manifests', `${service}.yaml`), 'utf8');
      assert.ok(manifest.includes(`image: ${parsed.config.containers[0]?.image}\n`));
    });
  }

  it('keeps the parts that its Python services share the same', () => {
    for (const file of ['service.py', 'database.py', 'requirements.txt', 'Dockerfile']) {
      const [catalog, orders] = ['catalog', 'orders'].map((service) =>
        readFileSync(path.join(shop, service, file), 'utf8'),
      );
      assert.equal(catalog, orders, file);
    }
  });

  it('leaves the Node service without a config, for detection', () => {
    assert.equal(existsSync(path.join(shop, 'web', configPath)), false);
  });

  it('has manifests without a namespace, and only images that are built here', () => {
    const list = JSON.parse(readFileSync(path.join(checkout, 'dev-images/images.json'), 'utf8')) as { image: string }[];
    const built = new Set(list.map(({ image }) => image));
    const files = globSync('manifests/*.yaml', { cwd: shop });
    assert.ok(files.length >= 5, files.join(' '));
    for (const file of files) {
      const text = readFileSync(path.join(shop, file), 'utf8');
      for (const document of parseAllDocuments(text)) {
        assert.deepEqual(document.errors, []);
        assert.equal(document.getIn(['metadata', 'namespace']), undefined, file);
      }
      for (const [, image = ''] of text.matchAll(/image: (.*)/g)) assert.ok(built.has(image), `${file}: ${image}`);
    }
  });
});

function run(service: string, program: string, args: readonly string[]): void {
  const env: NodeJS.ProcessEnv = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  // A test runner that finds itself inside another one reports to it in its own way.
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: path.join(shop, service), encoding: 'utf8', env });
  assert.equal(status, 0, stdout + stderr);
}
