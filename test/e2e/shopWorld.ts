import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectTestCluster, type TestCluster } from '../cluster/fixture.ts';
import { checkout } from '../cluster/place.ts';
import { deployShop } from '../cluster/shop.ts';
import { packagedExtension } from '../vscode/packagedExtension.ts';
import { VsCode } from '../vscode/vsCode.ts';

/** The sample shop in a namespace, and a copy of its source. */
export interface Shop {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Copy of `examples/shop`, so that edits do not touch the checkout. */
  readonly folder: string;
  dispose(): Promise<void>;
}

/** The shop, and a VS Code window with the extension open on its source. */
export interface ShopWorld extends Shop {
  readonly vsCode: VsCode;
}

/** Deploys the shop; the namespace is made, and deleted at the end, unless one is given. */
export async function openShop(givenNamespace?: string): Promise<Shop> {
  const cluster = await connectTestCluster();
  const made = givenNamespace === undefined ? await cluster.createNamespace({ podSecurity: 'restricted' }) : undefined;
  const namespace = givenNamespace ?? made?.name ?? '';
  const base = await mkdtemp(path.join(tmpdir(), 'podloop-shop-'));
  const folder = path.join(base, 'shop');
  await cp(path.join(checkout, 'examples/shop'), folder, { recursive: true });
  await deployShop((args) => cluster.kubectl(args), namespace);
  return {
    cluster,
    namespace,
    folder,
    async dispose() {
      await made?.dispose();
      cluster.dispose();
      await rm(base, { recursive: true, force: true });
    },
  };
}

/** Deploys the shop and opens VS Code on it. `name` keeps apart what two worlds at a time must not share. */
export async function openShopWorld(options: { name: string; namespace?: string }): Promise<ShopWorld> {
  const shop = await openShop(options.namespace);
  const env = { KUBECONFIG: shop.cluster.kubeconfig };
  const vsCode = await VsCode.open({ name: options.name, folder: shop.folder, vsix: [await packagedExtension()], env });
  return {
    ...shop,
    vsCode,
    async dispose() {
      await vsCode.dispose();
      await shop.dispose();
    },
  };
}
