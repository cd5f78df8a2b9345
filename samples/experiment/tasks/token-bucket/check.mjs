function bucketOf(TokenBucket, capacity, perSecond) {
  const clock = { time: 5000 };
  return { clock, bucket: new TokenBucket({ capacity, perSecond, now: () => clock.time }) };
}

export default [
  {
    id: 'AC-1',
    run({ TokenBucket }, { same }) {
      const { clock, bucket } = bucketOf(TokenBucket, 10, 2);
      same(bucket.take(10), true, 'a full bucket');
      for (let i = 0; i < 5; i++) {
        clock.time += 250;
        bucket.take(100);
      }
      same(bucket.available, 2.5, 'the tokens after five quarters of a second');
    },
  },
  {
    id: 'AC-2',
    run({ TokenBucket }, { same }) {
      const { clock, bucket } = bucketOf(TokenBucket, 3, 1);
      clock.time += 60_000;
      same(bucket.available, 3, 'the tokens after a minute');
    },
  },
  {
    id: 'AC-3',
    run({ TokenBucket }, { same }) {
      const { bucket } = bucketOf(TokenBucket, 3, 1);
      same([bucket.take(2), bucket.take(2), bucket.take(1), bucket.take(1)], [true, false, true, false], 'four calls of take');
      same(bucketOf(TokenBucket, 3, 1).bucket.take(4), false, 'more than the capacity');
    },
  },
  {
    id: 'AC-4',
    run({ TokenBucket }, { same }) {
      const { clock, bucket } = bucketOf(TokenBucket, 10, 2);
      bucket.take(10);
      clock.time += 250;
      same([bucket.waitFor(), bucket.waitFor(3), bucket.waitFor(11)], [250, 1250, Infinity], 'the times to wait');
    },
  },
  {
    id: 'AC-5',
    run({ TokenBucket }, { same }) {
      const { clock, bucket } = bucketOf(TokenBucket, 10, 2);
      bucket.take(10);
      clock.time += 250;
      same(bucket.available, 0.5, 'before the jump');
      clock.time = 1000;
      same(bucket.available, 0.5, 'after the jump');
      clock.time = 1250;
      same(bucket.available, 1, 'a quarter of a second after the jump');
    },
  },
];
