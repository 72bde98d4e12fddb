const mostOfOne = 99;

/**
 * Reads a cart from its cookie: product ids with quantities. What is not understood is left out, since the cookie comes
 * from outside.
 */
export function parseCart(text = '') {
  const cart = new Map();
  for (const part of text.split('.')) {
    const [, id, quantity] = /^([a-z0-9-]{1,40}):(\d{1,3})$/.exec(part) ?? [];
    if (id !== undefined) setQuantity(cart, id, Number(quantity));
  }
  return cart;
}

/** The cookie value that `parseCart` reads. */
export function formatCart(cart) {
  return [...cart].map(([id, quantity]) => `${id}:${quantity}`).join('.');
}

/** Puts `quantity` pieces of a product into the cart; none takes it out. */
export function setQuantity(cart, id, quantity) {
  const wanted = Math.min(Math.trunc(quantity), mostOfOne);
  if (wanted >= 1) cart.set(id, wanted);
  else cart.delete(id);
}

/** Adds `quantity` pieces of a product to those that are in the cart. */
export function addToCart(cart, id, quantity) {
  setQuantity(cart, id, (cart.get(id) ?? 0) + quantity);
}

/** Number of pieces in the cart. */
export function countPieces(cart) {
  return [...cart.values()].reduce((sum, quantity) => sum + quantity, 0);
}

/** The cart as the orders service wants it. */
export function cartLines(cart) {
  return [...cart].map(([productId, quantity]) => ({ productId, quantity }));
}
