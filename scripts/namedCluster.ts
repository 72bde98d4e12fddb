import { homedir } from 'node:os';
import path from 'node:path';
import type { ClusterAddress } from '../test/cluster/embeddedCluster.ts';

/**
 * A cluster of the user's own, by its context in the kubeconfig that kubectl would read. The images of
 * `dev-images/images.json` must be known to it: pushed to its registry, or loaded (`kind load docker-image`, `minikube
 * image load`); Docker Desktop's cluster sees the images of its own Docker.
 */
export function namedCluster(context: string): ClusterAddress {
  const [first] = (process.env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  return { kubeconfig: first ?? path.join(homedir(), '.kube', 'config'), context };
}
