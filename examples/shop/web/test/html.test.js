import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from '../src/html.js';

describe('html', () => {
  it('escapes values but not markup', () => {
    const inner = html`<b>${'<script>"&\''}</b>`;
    assert.equal(String(html`<p>${inner}</p>`), '<p><b>&#60;script&#62;&#34;&#38;&#39;</b></p>');
  });

  it('joins lists and leaves nothing behind for what is not there', () => {
    const items = ['a', 'b'].map((name) => html`<li>${name}</li>`);
    assert.equal(String(html`${items}${false}${undefined}${null}${0}`), '<li>a</li><li>b</li>0');
  });
});
