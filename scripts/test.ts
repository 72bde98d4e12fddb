import path from 'node:path';
import { parseArgs } from 'node:util';
import * as embedded from '../test/cluster/embeddedCluster.ts';
import { installVsCode } from '../test/vscode/install.ts';
import { buildBundles, checkout } from './bundles.ts';
import { namedCluster } from './namedCluster.ts';
import { runNode } from './programs.ts';
import { type Counts, runSuite } from './suites.ts';

// `npm test` and its parts: npm run test:unit | test:cluster | test:host | test:e2e [-- --context NAME] [FILE …]
const { values, positionals } = parseArgs({
  options: { context: { type: 'string' }, 'keep-cluster': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const verb = process.env.PODLOOP_VERB ?? 'test';
const started = performance.now();

interface Suite {
  readonly name: string;
  readonly patterns: readonly string[];
  /** Test files at a time: cluster and browser suites share two cores and one cluster. */
  readonly concurrency: number;
  readonly needs: readonly ('bundles' | 'package' | 'cluster' | 'vscode')[];
}

const suites: Readonly<Record<string, Suite>> = {
  'test:unit': {
    name: 'unit tests',
    patterns: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'],
    concurrency: 2,
    needs: [],
  },
  'test:sync': {
    name: 'tests of the sync at full size',
    patterns: ['test/integration/sync/**/*.test.ts'],
    concurrency: 1,
    needs: [],
  },
  'test:cluster': {
    name: 'cluster tests',
    patterns: ['test/integration/!(sync)/**/*.test.ts'],
    concurrency: 1,
    needs: ['bundles', 'cluster'],
  },
  'test:host': {
    name: 'tests in the extension host',
    patterns: ['test/vscode/hostSuite.test.ts'],
    concurrency: 1,
    needs: ['package', 'vscode'],
  },
  'test:e2e': {
    name: 'end-to-end tests',
    patterns: ['test/e2e/**/*.test.ts'],
    concurrency: 1,
    needs: ['package', 'cluster', 'vscode'],
  },
};

const chosen = verb === 'test' ? Object.values(suites) : [suites[verb]].filter((suite) => suite !== undefined);
const ready = new Set<string>();
const env: NodeJS.ProcessEnv = { ...process.env };

function say(text: string): void {
  console.log(`\n== ${text} (at ${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

async function prepare(need: Suite['needs'][number]): Promise<void> {
  if (ready.has(need)) return;
  ready.add(need);
  if (need === 'bundles') {
    if (ready.has('package')) return;
    say('building');
    await buildBundles();
  } else if (need === 'package') {
    say('packaging the extension');
    if ((await runNode(['scripts/package.ts'])) !== 0) throw new Error('The extension could not be packaged.');
  } else if (need === 'vscode') {
    say('installing VS Code and the browser');
    await installVsCode((line) => {
      console.log(line);
    });
  } else {
    await prepareCluster();
  }
}

async function prepareCluster(): Promise<void> {
  if (values.context !== undefined) {
    const { kubeconfig, context } = namedCluster(values.context);
    env.PODLOOP_KUBECONFIG = kubeconfig;
    env.PODLOOP_CONTEXT = context;
    return;
  }
  say('starting the cluster');
  const { kubeconfig, context } = await embedded.up((line) => {
    console.log(line);
  });
  env.PODLOOP_KUBECONFIG = kubeconfig;
  env.PODLOOP_CONTEXT = context;
}

const total = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const suite of chosen) {
    for (const need of suite.needs) await prepare(need);
    say(suite.name);
    const counts: Counts = await runSuite(
      positionals.length > 0 ? positionals : suite.patterns,
      suite.concurrency,
      env,
    );
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
} finally {
  if (ready.has('cluster') && values.context === undefined && !values['keep-cluster']) {
    say('stopping the cluster');
    await embedded.down();
  }
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
say('done');
console.log(`screenshots: ${path.relative(process.cwd(), path.join(checkout, '.local', 'screenshots'))}`);
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
