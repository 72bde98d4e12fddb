import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import { openScripted, json, startScriptedServer, type ScriptedServer } from './scriptedServer.ts';

const never = new AbortController().signal;

describe('certificates', { skip: process.platform === 'win32' }, () => {
  let folder: string;
  let server: ScriptedServer;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'podloop-tls-'));
    makeAuthority('ours');
    makeAuthority('other');
    sign('server', 'ours', 'DNS:api.test');
    sign('client', 'ours', 'DNS:ann');
    const tls = {
      key: read('server.key'),
      cert: read('server.crt'),
      ca: read('ours.crt'),
      requestCert: true,
      rejectUnauthorized: false,
    };
    server = await startScriptedServer(
      (_request, response) => {
        json(response, 200, {
          major: '1',
          minor: '30+',
          gitVersion: `v1.30.1 for ${commonName(response.socket as TLSSocket)}`,
        });
      },
      { tls },
    );
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  function makeAuthority(name: string): void {
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  }
  function sign(name: string, authority: string, names: string): void {
    openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    writeFileSync(path.join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
    const by = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-extfile', `${name}.ext`, '-out', `${name}.crt`);
  }

  async function version(t: TestContext, cluster: object, user: object = {}): Promise<string> {
    const opened = openScripted(
      systemScheduler,
      { server: server.address, ...cluster },
      user,
      path.join(folder, 'config'),
    );
    t.after(() => opened.dispose());
    return (await opened.serverVersion(never)).gitVersion;
  }

  async function refused(promise: Promise<unknown>): Promise<UserError> {
    const error = await promise.catch((thrown: unknown) => thrown);
    assert.ok(error instanceof UserError, String(error));
    return error;
  }

  const named = { 'tls-server-name': 'api.test' };

  test('the authority and the own certificate of the kubeconfig, by paths relative to it', async (t) => {
    const cluster = { ...named, 'certificate-authority': 'ours.crt' };
    assert.equal(await version(t, cluster), 'v1.30.1 for nobody');
    const user = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };
    assert.equal(await version(t, cluster, user), 'v1.30.1 for client');
  });

  test('the authority and the own certificate inside the kubeconfig', async (t) => {
    const base64 = (file: string): string => Buffer.from(read(file)).toString('base64');
    const cluster = { ...named, 'certificate-authority-data': base64('ours.crt') };
    const user = { 'client-certificate-data': base64('client.crt'), 'client-key-data': base64('client.key') };
    assert.equal(await version(t, cluster, user), 'v1.30.1 for client');
  });

  test('verification can be turned off', async (t) => {
    assert.equal(await version(t, { 'insecure-skip-tls-verify': true }), 'v1.30.1 for nobody');
  });

  test('another authority, no authority, another name', async (t) => {
    const file = path.join(folder, 'config');
    for (const cluster of [
      { ...named, 'certificate-authority': 'other.crt' },
      named,
      { 'certificate-authority': 'ours.crt' },
    ]) {
      const error = await refused(version(t, cluster));
      assert.equal(error.code, 'cluster.certificate', error.message);
      assert.deepEqual(error.remedies[0], { kind: 'openFile', path: file });
    }
  });

  test('a certificate file that is missing is named', async (t) => {
    const error = await refused(version(t, { ...named, 'certificate-authority': 'gone.crt' }));
    assert.equal(error.code, 'cluster.login');
    assert.ok(error.message.includes(path.join(folder, 'gone.crt')), error.message);
  });

  test('a server that speaks no TLS', async (t) => {
    const plain = await startScriptedServer((_request, response) => response.end());
    t.after(() => plain.close());
    const error = await refused(version(t, { server: plain.address.replace('http:', 'https:') }));
    assert.equal(error.code, 'cluster.certificate');
    assert.match(error.message, /is not trusted: it does not speak TLS\.$/);
  });

  test('a server that wants a certificate of the user', async (t) => {
    const tls = { key: read('server.key'), cert: read('server.crt'), ca: read('ours.crt'), requestCert: true };
    const strict = await startScriptedServer((_request, response) => response.end(), { tls });
    t.after(() => strict.close());
    const cluster = { ...named, server: strict.address, 'certificate-authority': 'ours.crt' };
    assert.equal((await refused(version(t, cluster))).code, 'cluster.login-expired');
  });
});

/** Of the certificate that the client showed; without one Node gives an empty object, other than its type says. */
function commonName(socket: TLSSocket): string {
  const certificate: object = socket.getPeerCertificate();
  return 'subject' in certificate ? String((certificate.subject as { CN: unknown }).CN) : 'nobody';
}
