import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectTestCluster, type TestCluster } from '../cluster/fixture.ts';
import { checkout } from '../cluster/place.ts';
import { deployShop } from '../cluster/shop.ts';
import { VsCode } from '../vscode/vsCode.ts';

/** The sample shop in a namespace of its own, a copy of its source, and a VS Code with the extension open on it. */
export interface ShopWorld {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Copy of `examples/shop`, so that edits do not touch the checkout. */
  readonly folder: string;
  readonly vsCode: VsCode;
  dispose(): Promise<void>;
}

/** The packaged extension, as `npm run package` leaves it. */
export const vsix = path.join(checkout, 'dist/podloop-0.1.0.vsix');

/**
 * Deploys the shop and opens VS Code on its source. `name` keeps apart what two worlds at a time must not share; the
 * namespace is made, and deleted at the end, unless one is given.
 */
export async function openShopWorld(options: { name: string; namespace?: string }): Promise<ShopWorld> {
  const cluster = await connectTestCluster();
  const made =
    options.namespace === undefined ? await cluster.createNamespace({ podSecurity: 'restricted' }) : undefined;
  const namespace = options.namespace ?? made?.name ?? '';
  const base = await mkdtemp(path.join(tmpdir(), 'podloop-shop-'));
  const folder = path.join(base, 'shop');
  await cp(path.join(checkout, 'examples/shop'), folder, { recursive: true });
  await deployShop((args) => cluster.kubectl(args), namespace);
  const vsCode = await VsCode.open({
    name: options.name,
    folder,
    vsix: [vsix],
    env: { KUBECONFIG: cluster.kubeconfig },
  });
  return {
    cluster,
    namespace,
    folder,
    vsCode,
    async dispose() {
      await vsCode.dispose();
      await made?.dispose();
      cluster.dispose();
      await rm(base, { recursive: true, force: true });
    },
  };
}
