import { html } from '../html.js';
import { quoteTable } from './quoteTable.js';

/** An order that was placed. */
export function orderPage(order) {
  const placed = new Intl.DateTimeFormat('en-IE', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return html`<section class="plain">
    <p class="kicker">Order ${order.number}</p>
    <h1>Thank you. Your order is placed.</h1>
    <p>${placed.format(new Date(order.placedAt))} UTC</p>
    ${quoteTable(order, ({ quantity }) => quantity)}
    <p><a class="button" href="/">Back to the shop</a></p>
  </section>`;
}
