export default [
  {
    id: 'H-1',
    run({ TokenBucket }, { same, random }) {
      const { next, pick } = random(59);
      for (let i = 0; i < 200; i++) {
        const clock = { time: next(1000) };
        const capacity = 1 + next(20);
        const perSecond = pick([0.3, 1, 3, 7, 1000]);
        const bucket = new TokenBucket({ capacity, perSecond, now: () => clock.time });
        let tokens = capacity;
        for (let step = 0; step < 50; step++) {
          const passed = next(900);
          clock.time += passed;
          tokens = Math.min(capacity, tokens + (passed * perSecond) / 1000);
          const n = 1 + next(capacity + 1);
          const wait = bucket.waitFor(n);
          if (n > capacity) {
            same(wait, Infinity, 'waitFor more than the capacity');
            same(bucket.take(n), false, 'take more than the capacity');
            continue;
          }
          const exact = Math.max(0, ((n - tokens) / perSecond) * 1000);
          same(Number.isInteger(wait) && wait >= exact - 1e-3 && wait < exact + 1.001, true,
            `waitFor ${n}: ${wait} for ${exact}`);
          if (Math.abs(n - tokens) > 1e-6) {
            same(bucket.take(n), n < tokens, `take ${n} of ${tokens}`);
            tokens -= n < tokens ? n : 0;
          }
          same(Math.abs(bucket.available - tokens) < 1e-6, true, `available ${bucket.available}, by the model ${tokens}`);
        }
      }
    },
  },
  {
    id: 'H-2',
    run({ TokenBucket }, { same }) {
      const clock = { time: 0 };
      const bucket = new TokenBucket({ capacity: 1, perSecond: 3, now: () => clock.time });
      for (let i = 0; i < 500; i++) {
        bucket.take(1);
        const wait = bucket.waitFor(1);
        for (let part = 0; part < wait; part++) {
          clock.time++;
          same(bucket.available >= 0, true, 'available is never negative');
        }
        same(bucket.take(1), true, 'take after the time to wait');
      }
      const tenth = new TokenBucket({ capacity: 1, perSecond: 0.1, now: () => clock.time });
      tenth.take(1);
      for (let i = 0; i < 10_000; i++) {
        clock.time++;
        same(tenth.available < 2, true, 'available');
      }
      same(tenth.take(1), true, 'a token that came in ten thousand pieces');
    },
  },
  {
    id: 'H-3',
    run({ TokenBucket }, { same, fails }) {
      const bucket = new TokenBucket({ capacity: 2, perSecond: 1, now: () => 0 });
      for (const n of [0, -1, NaN, Infinity, '1']) {
        fails(() => bucket.take(n), /./, `take(${n})`, RangeError);
        fails(() => bucket.waitFor(n), /./, `waitFor(${n})`, RangeError);
      }
      fails(() => new TokenBucket({ capacity: 0, perSecond: 1 }), /capacity/, 'a capacity of 0', RangeError);
      fails(() => new TokenBucket({ capacity: 1 }), /perSecond/, 'no perSecond', RangeError);
      same([bucket.take(0.5), bucket.available, bucket.capacity], [true, 1.5, 2], 'half a token');
    },
  },
];
