import { settings } from './settings.js';

/** Long enough for somebody who stands at a breakpoint in the other service. */
const timeout = 60_000;

/** Headers that tie together what happens in several services for one request. */
const contextHeaders = ['x-request-id', 'traceparent', 'tracestate', 'baggage'];

/** A service that did not answer, or not with success. `status` is its HTTP status, if it has answered at all. */
export class ServiceError extends Error {
  constructor(service, status, message) {
    super(message);
    this.name = 'ServiceError';
    this.service = service;
    this.status = status;
  }
}

/**
 * The other services of the shop, asked on behalf of one request, whose context `headers` they are given. `answers`
 * collects who has answered, for the panel at the foot of the page.
 */
export class Shop {
  answers = [];
  #headers;

  constructor(headers) {
    this.#headers = Object.fromEntries(
      contextHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
    );
  }

  async products() {
    const { products } = await this.#ask('catalog', 'GET', '/products');
    return products;
  }

  /** Pieces sold by product id, for the products that sell best. */
  async bestsellers() {
    const { bestsellers } = await this.#ask('orders', 'GET', '/bestsellers');
    return new Map(bestsellers.map(({ productId, sold }) => [productId, sold]));
  }

  quote(lines) {
    return this.#ask('orders', 'POST', '/quote', { lines });
  }

  /** Places an order under an id of ours, so that sending the form twice places it once. */
  placeOrder(id, lines) {
    return this.#ask('orders', 'PUT', `/orders/${encodeURIComponent(id)}`, { lines });
  }

  order(id) {
    return this.#ask('orders', 'GET', `/orders/${encodeURIComponent(id)}`);
  }

  async #ask(service, method, path, body) {
    const base = service === 'catalog' ? settings.catalogUrl : settings.ordersUrl;
    const response = await this.#send(service, new URL(path, base), method, body);
    this.answers.push(...readAnswers(response.headers.get('x-answered-by')));
    const content = await response.json().catch(() => ({}));
    if (response.ok) return content;
    throw new ServiceError(service, response.status, content.error ?? `${service} answered ${response.status}.`);
  }

  async #send(service, url, method, body) {
    try {
      return await fetch(url, {
        method,
        headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeout),
      });
    } catch (error) {
      const reason = error.cause?.code ?? error.name;
      this.answers.push({ service, failure: reason });
      throw new ServiceError(service, undefined, `${service} does not answer (${reason}).`);
    }
  }
}

function readAnswers(header) {
  try {
    return JSON.parse(header ?? '[]');
  } catch {
    // A proxy in between may answer in a service's place, without this header or with one of its own.
    return [];
  }
}
