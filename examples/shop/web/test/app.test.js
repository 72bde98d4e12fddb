import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';

const products = [
  { id: 'enamel-mug', name: 'Enamel mug', description: '', listPriceCents: 2000, discountPercent: 0, priceCents: 2000 },
];
const answeredBy = { service: 'catalog', version: '9.8.7', language: 'Python', runtime: 'Python 3', pod: 'c-1', ms: 1 };

describe('web', () => {
  /** Requests that the other services were sent: method, path and request id. */
  const asked = [];
  const others = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-request-id']}`);
    response.setHeader('x-answered-by', JSON.stringify([answeredBy]));
    if (request.url === '/products') response.end(JSON.stringify({ products }));
    else response.writeHead(503).end('{"error":"The database does not answer."}');
  });
  let web;
  let address;

  before(async () => {
    others.listen(0, '127.0.0.1');
    await once(others, 'listening');
    const base = `http://127.0.0.1:${others.address().port}`;
    Object.assign(process.env, { CATALOG_URL: base, ORDERS_URL: base });
    const { app } = await import('../src/app.js');
    web = createServer(app).listen(0, '127.0.0.1');
    await once(web, 'listening');
    address = `http://127.0.0.1:${web.address().port}`;
  });

  after(() => {
    for (const server of [web, others]) {
      server.close();
      server.closeAllConnections();
    }
  });

  it('shows the products, who has answered, and hands the request id on', async () => {
    const response = await fetch(address, { headers: { 'x-request-id': 'r-1' } });
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-request-id'), 'r-1');
    assert.match(page, /Enamel mug/);
    assert.match(page, /catalog<\/b> <span class="version">9\.8\.7/);
    assert.ok(asked.includes('GET /products r-1'), asked.join('\n'));
  });

  it('puts a product into the cart', async () => {
    const body = new URLSearchParams({ product: 'enamel-mug' });
    const response = await fetch(`${address}/cart`, { method: 'POST', body, redirect: 'manual' });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get('location'), '/?added=enamel-mug');
    assert.match(response.headers.get('set-cookie'), /^cart=enamel-mug:1;/);
  });

  it('says which service failed', async () => {
    const response = await fetch(`${address}/cart`);
    assert.equal(response.status, 502);
    assert.match(await response.text(), /The database does not answer\./);
  });

  it('tells its version, and that it is healthy', async () => {
    const version = await (await fetch(`${address}/version`)).json();
    assert.equal(version.service, 'web');
    assert.equal(version.language, 'JavaScript');
    assert.equal(await (await fetch(`${address}/healthz`)).text(), 'ok\n');
  });

  it('answers 404 for what is not there', async () => {
    for (const path of ['/nothing', '/assets/none.css', '/assets/..%2fserver.js', '/orders/1']) {
      assert.equal((await fetch(address + path)).status, 404, path);
    }
  });
});
