import { html } from '../html.js';
import { quoteTable } from './quoteTable.js';

/** The cart with its prices. `orderId` is the id under which its order would be placed. */
export function cartPage(quote, orderId) {
  if (quote.lines.length === 0) {
    return html`<section class="plain">
      <h1>Your cart is empty</h1>
      <p><a class="button" href="/">Back to the shop</a></p>
    </section>`;
  }
  return html`<section class="plain">
    <h1>Your cart</h1>
    ${quote.unavailable.length > 0 && html`<p class="notice">No longer on sale: ${quote.unavailable.join(', ')}.</p>`}
    ${quoteTable(quote, quantityForm)}
    <form class="checkout" method="post" action="/checkout">
      <a href="/">Continue shopping</a>
      <button class="primary" name="order" value="${orderId}">Place order</button>
    </form>
  </section>`;
}

function quantityForm({ productId, name, quantity }) {
  return html`<form class="quantity" method="post" action="/cart">
    <input type="hidden" name="product" value="${productId}" />
    <button name="quantity" value="${quantity - 1}" aria-label="One ${name} less">−</button>
    <output>${quantity}</output>
    <button name="quantity" value="${quantity + 1}" aria-label="One ${name} more">+</button>
  </form>`;
}
