import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addToCart, cartLines, countPieces, formatCart, parseCart, setQuantity } from '../src/cart.js';

describe('cart', () => {
  it('comes back from its cookie as it was', () => {
    const cart = new Map([
      ['enamel-mug', 2],
      ['storm-lantern', 1],
    ]);
    assert.deepEqual(parseCart(formatCart(cart)), cart);
    assert.deepEqual(parseCart(formatCart(new Map())), new Map());
  });

  it('leaves out what it does not understand', () => {
    assert.deepEqual(
      parseCart('mug:2.<b>:1.hat:x.hat.:3..tote:0.flag:1'),
      new Map([
        ['mug', 2],
        ['flag', 1],
      ]),
    );
    assert.deepEqual(parseCart(undefined), new Map());
  });

  it('adds, sets and takes away pieces', () => {
    const cart = new Map();
    addToCart(cart, 'mug', 1);
    addToCart(cart, 'mug', 2);
    setQuantity(cart, 'hat', 4);
    assert.equal(countPieces(cart), 7);
    setQuantity(cart, 'mug', 0);
    assert.deepEqual(cartLines(cart), [{ productId: 'hat', quantity: 4 }]);
  });

  it('holds at most 99 pieces of a product, and none for a quantity that is no number', () => {
    const cart = new Map();
    addToCart(cart, 'mug', 1000);
    setQuantity(cart, 'hat', Number('many'));
    assert.deepEqual([...cart], [['mug', 99]]);
  });
});
