// Invoices that several customers share.
import { add, round, split } from './module.mjs';

/** The sum of all positions, in cents. A position has a price for one piece and a number of pieces. */
export function totalOf(positions) {
  let total = '0';
  for (const { price, pieces } of positions) {
    for (let i = 0; i < pieces; i++) {
      total = add(total, price);
    }
  }
  return round(total);
}

/** Each customer's part of an invoice; shares are whole numbers, such as square metres. */
export function partsOf(positions, shares) {
  const names = Object.keys(shares);
  const parts = split(totalOf(positions), names.map((name) => shares[name]));
  return Object.fromEntries(names.map((name, i) => [name, parts[i]]));
}
