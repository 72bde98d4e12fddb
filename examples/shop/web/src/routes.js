import { randomUUID } from 'node:crypto';
import { readAsset } from './assets.js';
import { addToCart, cartLines, setQuantity } from './cart.js';
import { cartCookie, readCart } from './cartCookie.js';
import { readForm } from './form.js';
import { identity } from './identity.js';
import { cartPage } from './pages/cartPage.js';
import { homePage } from './pages/homePage.js';
import { orderPage } from './pages/orderPage.js';
import { jsonReply, pageReply, redirect } from './reply.js';

const routes = [
  { method: 'GET', path: /^\/$/, handle: showHome },
  { method: 'GET', path: /^\/cart$/, handle: showCart },
  { method: 'POST', path: /^\/cart$/, handle: changeCart },
  { method: 'POST', path: /^\/checkout$/, handle: checkOut },
  { method: 'GET', path: /^\/orders\/(?<id>[0-9a-f-]{36})$/, handle: showOrder },
  { method: 'GET', path: /^\/assets\/(?<name>[a-z0-9-]+\.(css|svg))$/, handle: sendAsset },
  { method: 'GET', path: /^\/healthz$/, handle: () => ({ status: 200, headers: {}, body: 'ok\n', quiet: true }) },
  { method: 'GET', path: /^\/version$/, handle: () => jsonReply(identity) },
];

/** The handler of a visit, or `undefined` where there is nothing. */
export function findRoute({ request, url }) {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(url.pathname) : null;
    if (match !== null) return (visit) => route.handle(visit, match.groups);
  }
  return undefined;
}

async function showHome(visit) {
  const { shop, url } = visit;
  const [products, bestsellers] = await Promise.all([
    shop.products(),
    // The shop sells without this list, too.
    shop.bestsellers().catch(() => new Map()),
  ]);
  const added = products.find(({ id }) => id === url.searchParams.get('added'));
  return pageReply(visit, 200, homePage(products, bestsellers, added));
}

async function showCart(visit) {
  const cart = readCart(visit.request);
  const quote = await visit.shop.quote(cartLines(cart));
  return pageReply(visit, 200, cartPage(quote, randomUUID()));
}

async function changeCart({ request }) {
  const form = await readForm(request);
  const cart = readCart(request);
  const id = form.get('product') ?? '';
  if (form.has('quantity')) {
    setQuantity(cart, id, Number(form.get('quantity')));
    return redirect('/cart', cartCookie(cart));
  }
  addToCart(cart, id, 1);
  return redirect(`/?added=${encodeURIComponent(id)}`, cartCookie(cart));
}

async function checkOut({ request, shop }) {
  const form = await readForm(request);
  const order = await shop.placeOrder(form.get('order') ?? '', cartLines(readCart(request)));
  return redirect(`/orders/${order.id}`, cartCookie(new Map()));
}

async function showOrder(visit, { id }) {
  return pageReply(visit, 200, orderPage(await visit.shop.order(id)));
}

async function sendAsset(visit, { name }) {
  return { ...(await readAsset(name)), quiet: true };
}
