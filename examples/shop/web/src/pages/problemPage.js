import { html } from '../html.js';

/** A page that says what went wrong; the panel below it shows which service did not answer. */
export function problemPage(title, explanation) {
  return html`<section class="plain">
    <h1>${title}</h1>
    <p>${explanation}</p>
    <p><a class="button" href="/">To the shop</a></p>
  </section>`;
}
