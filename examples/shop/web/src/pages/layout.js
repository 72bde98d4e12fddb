import { countPieces } from '../cart.js';
import { readCart } from '../cartCookie.js';
import { html } from '../html.js';
import { settings } from '../settings.js';
import { answerPanel } from './answerPanel.js';

/** The frame of every page: banner, heading, `content`, and the panel that says who has answered. */
export function layout(visit, content) {
  const pieces = countPieces(readCart(visit.request));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${settings.title}</title>
        <link rel="icon" href="/assets/mark.svg" />
        <link rel="stylesheet" href="/assets/shop.css" />
      </head>
      <body>
        ${settings.banner !== '' && html`<p class="banner">${settings.banner}</p>`}
        <header class="top">
          <a class="brand" href="/"><img src="/assets/mark.svg" alt="" width="36" height="36" />${settings.title}</a>
          <a class="cart-link" href="/cart">Cart${pieces > 0 && html` <span class="count">${pieces}</span>`}</a>
        </header>
        <main>${content}</main>
        ${answerPanel(visit)}
      </body>
    </html> `;
}
