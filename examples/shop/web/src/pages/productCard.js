import { html } from '../html.js';
import { money } from '../money.js';
import { settings } from '../settings.js';

/** A product as a tile of the home page. `sold` is how many pieces were ordered so far, if it is a bestseller. */
export function productCard(product, sold) {
  const { id, name, description, discountPercent: discount } = product;
  const price = money(product.priceCents, settings.currency);
  const before = money(product.listPriceCents, settings.currency);
  return html`<article class="product">
    <div class="picture">
      <img src="/assets/${id}.svg" alt="" width="320" height="240" />
      ${discount > 0 && html`<span class="badge sale">−${discount} %</span>`}
      ${sold !== undefined && html`<span class="badge loved" title="${sold} sold so far">Bestseller</span>`}
    </div>
    <h3>${name}</h3>
    <p>${description}</p>
    <div class="buy">
      <div class="price">${discount > 0 ? html`<em>${price}</em> <s>${before}</s>` : price}</div>
      <form method="post" action="/cart">
        <button name="product" value="${id}">Add to cart</button>
      </form>
    </div>
  </article>`;
}
