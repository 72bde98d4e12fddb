import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../../cluster/fixture.ts';
import { deployShop } from '../../cluster/shop.ts';

describe('sample shop in the cluster', () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;

  before(async () => {
    cluster = await connectTestCluster();
    namespace = await cluster.createNamespace({ podSecurity: 'restricted' });
    await deployShop((args) => cluster.kubectl(args), namespace.name);
  });

  after(async () => {
    await namespace.dispose();
    cluster.dispose();
  });

  /** Runs a program in the pod of `web`, with the other services around it, and gives what it printed as JSON. */
  async function inShop(program: string): Promise<unknown> {
    const node = ['node', '--input-type=module', '--eval', program];
    const output = await cluster.kubectl(['--namespace', namespace.name, 'exec', 'deployment/web', '--', ...node]);
    return JSON.parse(output);
  }

  it('shows its products, and which services answered', async () => {
    const page = await inShop(`
      const page = await (await fetch('http://web/')).text();
      console.log(JSON.stringify({
        products: [...page.matchAll(/<h3>(.*?)<\\/h3>/g)].length,
        services: [...page.matchAll(/<b>(.*?)<\\/b> <span class="version">([\\d.]+)</g)].map((m) => m[1] + ' ' + m[2]),
      }));`);
    assert.deepEqual(page, { products: 8, services: ['web 1.0.0', 'catalog 1.0.0', 'orders 1.0.0', 'db 1.0.0'] });
  });

  it('takes an order, once however often it is sent', async () => {
    const orders = await inShop(`
      const headers = { cookie: 'cart=storm-lantern:1.enamel-mug:2' };
      const body = new URLSearchParams({ order: crypto.randomUUID() });
      const place = () => fetch('http://web/checkout', { method: 'POST', headers, body, redirect: 'manual' });
      const addresses = [await place(), await place()].map((response) => response.headers.get('location'));
      const page = await (await fetch('http://web' + addresses[0])).text();
      console.log(JSON.stringify({
        same: addresses[0] === addresses[1],
        number: /Order (\\d+)/.exec(page)?.[1],
        total: /total">.*?<td>(.*?)<\\/td>/s.exec(page)?.[1],
      }));`);
    assert.deepEqual(orders, { same: true, number: '1001', total: '€92.20' });
  });
});
