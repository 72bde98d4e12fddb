/** An amount in cents as people write it: `money(1250, 'EUR')` is `€12.50`. */
export function money(cents, currency) {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency }).format(cents / 100);
}
