import { build, type BuildOptions, type Metafile } from 'esbuild';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { leanClientNode } from './leanClientNode.ts';

/** Root of the checkout. */
export const checkout = path.dirname(import.meta.dirname);

const shared: BuildOptions = {
  absWorkingDir: checkout,
  bundle: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  target: 'node22',
  platform: 'node',
};

/**
 * What ships, by name. The extension is an ES module split into chunks, so that activation loads only what it needs;
 * npm packages in CommonJS still call `require`, which the banner gives them. Everything else is one file.
 */
const bundles: Readonly<Record<string, BuildOptions>> = {
  extension: {
    ...shared,
    entryPoints: { extension: 'src/extension/extension.ts' },
    external: ['vscode'],
    plugins: [leanClientNode],
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: {
      js: "import { createRequire as nodeCreateRequire } from 'node:module'; const require = nodeCreateRequire(import.meta.url);",
    },
    outdir: 'dist',
  },
  syncWorker: {
    ...shared,
    entryPoints: { syncWorker: 'src/sync/replica/syncWorker.ts' },
    format: 'cjs',
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
  },
  /** Without externals: it cannot even be built if something below it reaches `vscode`. */
  sidecar: {
    ...shared,
    entryPoints: { sidecar: 'src/sidecar/main.ts' },
    format: 'cjs',
    // A folder of its own: it is the build context of the sidecar's image.
    outdir: 'dist/sidecar',
    outExtension: { '.js': '.cjs' },
    sourcemap: false,
  },
};

/** What the bench measures: the engine of the extension in a program of its own, readable in profiles. */
const benchBundles: Readonly<Record<string, BuildOptions>> = {
  laptop: {
    ...bundles.extension,
    entryPoints: { laptop: 'test/bench/peers/laptop.ts' },
    external: [],
    splitting: false,
    minify: false,
    outdir: '.local/bench',
  },
  benchWorker: { ...bundles.syncWorker, minify: false, outdir: '.local/bench' },
  benchSidecar: { ...bundles.sidecar, minify: false, outdir: '.local/bench' },
};

/** Builds what the bench measures, into `.local/bench/`. */
export async function buildBenchBundles(): Promise<void> {
  for (const options of Object.values(benchBundles)) await build(options);
}

/** Builds the named bundles (all by default) into `dist/` and gives each one's inputs and outputs. */
export async function buildBundles(names: readonly string[] = Object.keys(bundles)): Promise<Map<string, Metafile>> {
  const built = new Map<string, Metafile>();
  for (const name of names) {
    const options = bundles[name];
    if (options === undefined)
      throw new Error(`No bundle is called ${name}; known: ${Object.keys(bundles).join(', ')}.`);
    const [entry] = Object.values(options.entryPoints as Record<string, string>);
    if (entry === undefined || !existsSync(path.join(checkout, entry)))
      throw new Error(`Bundle ${name} has no entry ${entry}.`);
    const { metafile } = await build(options);
    if (metafile !== undefined) built.set(name, metafile);
  }
  return built;
}
