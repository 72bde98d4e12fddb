import { clusterContract } from '../../contracts/cluster.ts';
import { openTestCluster } from './openTestCluster.ts';

clusterContract('a real API server', async () => {
  const opened = await openTestCluster();
  return {
    cluster: opened.cluster,
    namespace: opened.namespace,
    open: () => opened.open(),
    dispose: () => opened.dispose(),
  };
});
