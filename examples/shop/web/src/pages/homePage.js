import { html } from '../html.js';
import { productCard } from './productCard.js';

/** The products of the shop. `added` is the one that was just put into the cart. */
export function homePage(products, bestsellers, added) {
  return html` <section class="hero">
      <h1>Made for wind and weather</h1>
      <p>Tools, clothes and small comforts for people who are happiest near the water.</p>
    </section>
    ${added !== undefined && html`<p class="notice" role="status">${added.name} is in your <a href="/cart">cart</a>.</p>`}
    <section class="products" aria-label="Products">
      ${products.map((product) => productCard(product, bestsellers.get(product.id)))}
    </section>`;
}
