import { clusterContract } from '../../contracts/cluster.ts';
import { FakeCluster } from '../../fakes/fakeCluster.ts';

clusterContract('the fake', () => {
  const cluster = new FakeCluster();
  const dispose = (): Promise<void> => {
    cluster.dispose();
    return Promise.resolve();
  };
  return Promise.resolve({ cluster, namespace: 'shop', open: () => new FakeCluster(), dispose });
});
