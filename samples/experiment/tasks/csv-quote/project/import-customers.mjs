// Customers as the shop system exports them: a header, then one row for each customer.
import { parseCsv } from './module.mjs';

const REQUIRED = ['number', 'name'];

/** Reads the export; a row that is shorter than the header has empty values at its end. */
export function readCustomers(text) {
  const [header, ...rows] = parseCsv(text, { delimiter: ';' });
  for (const name of REQUIRED) {
    if (!header?.includes(name)) {
      throw new Error(`The column ${name} is missing.`);
    }
  }
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}
