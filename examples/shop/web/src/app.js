import { randomUUID } from 'node:crypto';
import { identity } from './identity.js';
import { log } from './log.js';
import { problemPage } from './pages/problemPage.js';
import { pageReply } from './reply.js';
import { findRoute } from './routes.js';
import { ServiceError, Shop } from './shop.js';

/** Answers every request of the server: finds its route, lets it answer, logs. */
export async function app(request, response) {
  const started = performance.now();
  const requestId = (request.headers['x-request-id'] ??= randomUUID());
  const url = new URL(request.url, 'http://shop');
  const visit = { request, url, started, shop: new Shop(request.headers) };
  const { status, headers, body, quiet } = await reply(visit);
  response.writeHead(status, { ...headers, 'x-request-id': requestId });
  response.end(request.method === 'HEAD' ? undefined : body);
  if (quiet) return;
  log(status >= 500 ? 'error' : 'info', `${request.method} ${url.pathname} ${status}`, {
    requestId,
    method: request.method,
    path: url.pathname,
    status,
    ms: Number((performance.now() - started).toFixed(1)),
    version: identity.version,
  });
}

async function reply(visit) {
  try {
    const handle = findRoute(visit);
    return handle === undefined ? notFound(visit) : await handle(visit);
  } catch (error) {
    if (error instanceof ServiceError) return serviceProblem(visit, error);
    log('error', error.message, { requestId: visit.request.headers['x-request-id'], stack: error.stack });
    return pageReply(visit, 500, problemPage('Something broke on our side', 'The log of this service says more.'));
  }
}

function notFound(visit) {
  return pageReply(visit, 404, problemPage('There is no such page', 'The address may be old, or mistyped.'));
}

function serviceProblem(visit, error) {
  if (error.status === 404) return notFound(visit);
  const refused = error.status !== undefined && error.status < 500;
  const title = refused ? 'That does not work' : 'We cannot show this right now';
  return pageReply(visit, refused ? error.status : 502, problemPage(title, error.message));
}
