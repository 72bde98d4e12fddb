import { html } from '../html.js';
import { money } from '../money.js';
import { settings } from '../settings.js';

/** What the orders service has reckoned, line by line. `quantity` shows the number of pieces of a line. */
export function quoteTable({ lines, subtotalCents, shippingCents, totalCents }, quantity) {
  const amount = (cents) => money(cents, settings.currency);
  return html`<table class="quote">
    <thead>
      <tr>
        <th>Product</th>
        <th>Pieces</th>
        <th>Each</th>
        <th>Sum</th>
      </tr>
    </thead>
    <tbody>
      ${lines.map(
        (line) =>
          html`<tr>
            <td><img src="/assets/${line.productId}.svg" alt="" width="64" height="48" />${line.name}</td>
            <td>${quantity(line)}</td>
            <td>${amount(line.priceCents)}</td>
            <td>${amount(line.totalCents)}</td>
          </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        <th colspan="3">Products</th>
        <td>${amount(subtotalCents)}</td>
      </tr>
      <tr>
        <th colspan="3">Shipping</th>
        <td>${shippingCents === 0 ? 'free' : amount(shippingCents)}</td>
      </tr>
      <tr class="total">
        <th colspan="3">Total</th>
        <td>${amount(totalCents)}</td>
      </tr>
    </tfoot>
  </table>`;
}
