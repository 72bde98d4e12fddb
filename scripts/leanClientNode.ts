import type { Plugin } from 'esbuild';

/** What `KubeConfig` of client-node imports only for its own API classes, which Podloop does not use, by module. */
const unused: Readonly<Record<string, readonly string[]>> = {
  './gen/index.js': ['createConfiguration', 'ServerConfiguration'],
  './middleware.js': ['setHeaderMiddleware'],
  undici: ['Agent', 'ProxyAgent'],
};

/**
 * Leaves client-node's generated API classes and its HTTP client out of a bundle, a megabyte of it. A new version that
 * imports more from those modules fails the build; one that uses them elsewhere throws when it does.
 */
export const leanClientNode: Plugin = {
  name: 'lean-client-node',
  setup(build) {
    const namespace = 'unused-of-client-node';
    build.onResolve({ filter: /^(\.\/gen\/index\.js|\.\/middleware\.js|undici)$/ }, ({ path, importer }) =>
      /[\\/]@kubernetes[\\/]client-node[\\/]dist[\\/]config\.js$/.test(importer) ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => {
      const exports = (unused[path] ?? []).map((name) => `unused as ${name}`).join(', ');
      const contents = `function unused() { throw new Error('Not in this bundle: ${path}'); } export { ${exports} };`;
      return { contents };
    });
  },
};
