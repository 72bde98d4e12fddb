import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programPath } from '../../../src/cluster/programPath.ts';

test('what is in PATH comes first and once', () => {
  const folders = programPath({ env: { PATH: '/mine:/usr/bin::/bin' }, home: '/home/ann', platform: 'darwin' }).split(
    ':',
  );
  assert.deepEqual(folders.slice(0, 4), ['/mine', '/usr/bin', '/bin', '/usr/local/bin']);
  assert.equal(folders.filter((folder) => folder === '/usr/bin').length, 1);
  assert.ok(folders.includes('/opt/homebrew/bin') && folders.includes('/home/ann/.krew/bin'));
});

test('without a PATH', () => {
  assert.match(programPath({ env: {}, home: '/root', platform: 'linux' }), /^\/usr\/local\/bin:\/usr\/bin:\/bin:/);
});

test('on Windows, whatever the case of the variable', () => {
  const env = { Path: 'C:\\mine;C:\\Windows', LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local' };
  const folders = programPath({ env, home: 'C:\\Users\\ann', platform: 'win32' }).split(';');
  assert.deepEqual(folders.slice(0, 3), [
    'C:\\mine',
    'C:\\Windows',
    'C:\\Users\\ann\\AppData\\Local\\Microsoft\\WinGet\\Links',
  ]);
  assert.ok(folders.includes('C:\\Users\\ann\\scoop\\shims'));
  assert.ok(!folders.some((folder) => folder.includes('/')));
});
