import { formatCart, parseCart } from './cart.js';

/** The cart that the browser sent along. */
export function readCart(request) {
  const [, value] = /(?:^|;\s*)cart=([^;]*)/.exec(request.headers.cookie ?? '') ?? [];
  return parseCart(value);
}

/** The `Set-Cookie` header that makes the browser keep this cart for a month. */
export function cartCookie(cart) {
  return `cart=${formatCart(cart)}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax`;
}
