import { spawnSync } from 'node:child_process';
import * as embedded from './embeddedCluster.ts';
import { importImages } from './images.ts';
import { clusterPlace } from './place.ts';
import { programFolders } from './programs.ts';

// `npm run cluster -- up | down | status | images | kubectl …`
const [verb = 'status', ...args] = process.argv.slice(2);
const place = clusterPlace();
const report = (line: string): void => {
  console.log(line);
};

switch (verb) {
  case 'up': {
    const { kubeconfig } = await embedded.up(report);
    console.log(`The cluster is up. KUBECONFIG=${kubeconfig}`);
    break;
  }
  case 'down':
    await embedded.down(place);
    console.log('The cluster is down.');
    break;
  case 'status': {
    const status = await embedded.status(place);
    console.log(status.kind === 'broken' ? `broken: ${status.reason}` : status.kind);
    process.exitCode = status.kind === 'up' ? 0 : 1;
    break;
  }
  case 'images':
    await importImages(place, await programFolders(), report);
    break;
  case 'kubectl': {
    const programs = await programFolders();
    const kubectl = spawnSync(`${programs.kubernetes}/kubectl`, [...embedded.kubectlTo(place), ...args], {
      stdio: 'inherit',
    });
    process.exitCode = kubectl.status ?? 1;
    break;
  }
  default:
    console.error(`Unknown: ${verb}. Use up, down, status, images or kubectl.`);
    process.exitCode = 2;
}
