// Loads pages for the index of the search.
import { retry } from './module.mjs';

const FINAL = new Set([400, 401, 403, 404, 410]);

/** Loads a page; load is a function that returns a response with a status, or throws. */
export function fetchPage(load, url, options = {}) {
  return retry(async () => {
    const response = await load(url);
    if (response.status >= 400) {
      const after = Number(response.headers?.['retry-after']);
      throw Object.assign(new Error(`${url}: ${response.status}`), { status: response.status, retryAfter: after * 1000 });
    }
    return response;
  }, { isFinal: (error) => FINAL.has(error.status), ...options });
}
