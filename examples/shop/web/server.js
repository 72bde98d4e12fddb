import { createServer } from 'node:http';
import { app } from './src/app.js';
import { identity } from './src/identity.js';
import { log } from './src/log.js';
import { settings } from './src/settings.js';

const server = createServer(app);

server.listen(settings.port, () => {
  log('info', `listening on port ${settings.port}`, { version: identity.version, runtime: identity.runtime });
});

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);

/** Lets requests in flight finish, but not for long: a rollout waits for the slowest pod to go. */
function stop(signal) {
  log('info', `stopping on ${signal}`);
  setTimeout(() => process.exit(0), 150).unref();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
}
