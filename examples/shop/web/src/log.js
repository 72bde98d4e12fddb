import { identity } from './identity.js';

/** Writes one JSON object per line to standard output, as log collectors expect. */
export function log(level, message, fields = {}) {
  const time = new Date().toISOString();
  console.log(JSON.stringify({ time, level, service: identity.service, message, ...fields }));
}
