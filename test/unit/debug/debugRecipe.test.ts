import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localPath, remotePath } from '../../../src/base/paths.ts';
import { debugRecipe } from '../../../src/debug/debugRecipe.ts';

const target = {
  name: 'web (shop)',
  port: 40123,
  localRoot: localPath('/home/ada/web'),
  remoteRoot: remotePath('/app'),
};

describe('debugRecipe', () => {
  it('attaches Node with the debugger of VS Code itself', () => {
    const recipe = debugRecipe('node');
    assert.equal(recipe?.extension, undefined);
    assert.deepEqual(recipe?.attach(target), {
      type: 'pwa-node',
      request: 'attach',
      name: 'web (shop)',
      address: '127.0.0.1',
      port: 40123,
      localRoot: '/home/ada/web',
      remoteRoot: '/app',
      restart: true,
      continueOnAttach: true,
      skipFiles: ['<node_internals>/**'],
      autoAttachChildProcesses: false,
      timeout: 10_000,
    });
  });

  it("never names what acts on processes of the developer's own machine", () => {
    for (const language of ['node', 'python'] as const) {
      const keys = Object.keys(debugRecipe(language)?.attach(target) ?? {});
      assert.ok(keys.length > 0);
      for (const key of ['processId', 'attachExistingChildren', 'terminateDebuggee', 'host'])
        assert.ok(!keys.includes(key));
    }
  });

  it('attaches Python by the port alone, next to no `port` of its own', () => {
    const recipe = debugRecipe('python');
    assert.ok(recipe);
    assert.equal(recipe.extension, 'ms-python.debugpy');
    const configuration = recipe.attach(target);
    assert.deepEqual(configuration.connect, { host: '127.0.0.1', port: 40123 });
    assert.equal(configuration.port, undefined);
    assert.deepEqual(configuration.pathMappings, [{ localRoot: '/home/ada/web', remoteRoot: '/app' }]);
  });

  it('knows nothing of an unknown language', () => {
    assert.equal(debugRecipe(undefined), undefined);
  });
});
