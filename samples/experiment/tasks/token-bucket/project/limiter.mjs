// Limits of the gateway: one bucket for each customer.
import { TokenBucket } from './module.mjs';

/** Returns a function that says whether a call may pass, and if not, after how many seconds to come back. */
export function limiter(capacity, perSecond, now = Date.now) {
  const buckets = new Map();
  return (customer, cost = 1) => {
    if (!buckets.has(customer)) {
      buckets.set(customer, new TokenBucket({ capacity, perSecond, now }));
    }
    const bucket = buckets.get(customer);
    return bucket.take(cost) ? { passes: true } : { passes: false, retryAfter: Math.ceil(bucket.waitFor(cost) / 1000) };
  };
}
