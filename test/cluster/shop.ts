import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { checkout } from './place.ts';

const manifests = path.join(checkout, 'examples/shop/manifests');
const secret = 'shop-database';
const workloads = ['statefulset/db', 'deployment/catalog', 'deployment/orders', 'deployment/web'];

/**
 * Deploys the sample shop into `namespace`, which is made if it is not there, and waits until all of it is ready. A
 * shop that is there already is brought to the state of the manifests and keeps its database and password. `kubectl`
 * runs kubectl against the cluster in question, gives its output, and throws when it fails.
 */
export async function deployShop(
  kubectl: (args: readonly string[]) => Promise<string>,
  namespace: string,
): Promise<void> {
  const inShop = (...args: readonly string[]): Promise<string> => kubectl(['--namespace', namespace, ...args]);
  const isThere = async (kind: string, name: string): Promise<boolean> =>
    (await inShop('get', kind, name, '--ignore-not-found', '--output=name')).trim() !== '';
  if (!(await isThere('namespace', namespace))) await kubectl(['create', 'namespace', namespace]);
  if (!(await isThere('secret', secret))) {
    const password = randomBytes(18).toString('hex');
    await inShop('create', 'secret', 'generic', secret, `--from-literal=password=${password}`);
  }
  await inShop('apply', '--kustomize', manifests);
  // Each wait ends at once where the workload became ready during those before it.
  for (const workload of workloads) await inShop('rollout', 'status', workload, '--timeout=120s');
}
