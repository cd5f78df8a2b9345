// Prices, asked for once a minute at most.
import { Cache } from './module.mjs';

/** Wraps a slow look-up: of several calls for one article within a minute only the first one goes through. */
export function priceSource(lookUp, now = Date.now) {
  const cache = new Cache({ capacity: 1000, ttl: 60_000, now });
  return async (article) => {
    if (!cache.has(article)) {
      cache.set(article, await lookUp(article));
    }
    return cache.get(article);
  };
}
