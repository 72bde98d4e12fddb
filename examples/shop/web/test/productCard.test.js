import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { productCard } from '../src/pages/productCard.js';

const mug = {
  id: 'enamel-mug',
  name: 'Enamel <mug>',
  description: 'Holds coffee.',
  listPriceCents: 2000,
  discountPercent: 0,
  priceCents: 2000,
};

describe('product card', () => {
  it('shows the plain price of a product without discount', () => {
    const card = String(productCard(mug, undefined));
    assert.match(card, /€20\.00/);
    assert.match(card, /Enamel &#60;mug&#62;/);
    assert.doesNotMatch(card, /<s>|sale|Bestseller/);
  });

  it('shows the discount and the price before it', () => {
    const card = String(productCard({ ...mug, discountPercent: 15, priceCents: 1700 }, undefined));
    assert.match(card, /−15 %/);
    assert.match(card, /€17\.00/);
    assert.match(card, /<s>€20\.00<\/s>/);
  });

  it('marks a bestseller', () => {
    assert.match(String(productCard(mug, 7)), /title="7 sold so far">Bestseller/);
  });
});
