import { hostname } from 'node:os';

/** Version of this service, shown at the foot of every page. Change it, save, and reload the page. */
const version = '1.0.0';

/** Who answers here; what `/version` returns and what the panel at the foot of a page shows. */
export const identity = Object.freeze({
  service: 'web',
  version,
  language: 'JavaScript',
  runtime: `Node.js ${process.versions.node}`,
  pod: process.env.POD_NAME ?? hostname(),
});
