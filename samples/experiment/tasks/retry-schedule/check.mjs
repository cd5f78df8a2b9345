/** A call that fails with the given errors in turn and then succeeds, with a clock that only sleep turns on. */
function stage(errors, options = {}) {
  const seen = { attempts: [], slept: [], time: 0 };
  const all = {
    jitter: false,
    now: () => seen.time,
    sleep: async (ms) => {
      seen.slept.push(ms);
      seen.time += ms;
    },
    ...options,
  };
  const call = async (attempt) => {
    seen.attempts.push(attempt);
    if (attempt <= errors.length) {
      throw errors[attempt - 1];
    }
    return 'done';
  };
  return { seen, call, all };
}

export default [
  {
    id: 'AC-1',
    run({ delays }, { same }) {
      same([...delays({ jitter: false })], [100, 200, 400, 800], 'the default pauses');
      same([...delays({ jitter: false, first: 300, largest: 1000, attempts: 5 })], [300, 600, 1000, 1000], 'capped pauses');
      same([...delays({ attempts: 1 })], [], 'one attempt');
    },
  },
  {
    id: 'AC-2',
    run({ delays }, { same }) {
      same([...delays({ random: () => 0.5, attempts: 3 })], [75, 150], 'jitter in the middle');
      same([...delays({ random: () => 0, attempts: 3 })], [50, 100], 'the least jitter');
    },
  },
  {
    id: 'AC-3',
    async run({ retry }, { same, fails }) {
      const errors = [1, 2, 3, 4].map((n) => Object.assign(new Error(`error ${n}`), { n }));
      const good = stage(errors.slice(0, 2));
      same(await retry(good.call, good.all), 'done', 'the result of the third attempt');
      same([good.seen.attempts, good.seen.slept], [[1, 2, 3], [100, 200]], 'attempts and pauses');
      const bad = stage(errors, { attempts: 3 });
      await fails(() => retry(bad.call, bad.all), /error 3/, 'three attempts that fail');
      same(bad.seen.slept, [100, 200], 'no pause behind the last attempt');
      const final = stage(errors, { isFinal: (error) => error.n === 2 });
      await fails(() => retry(final.call, final.all), /error 2/, 'a final error');
      same(final.seen.attempts, [1, 2], 'attempts up to the final error');
    },
  },
  {
    id: 'AC-4',
    async run({ retry }, { same }) {
      const hint = (retryAfter) => Object.assign(new Error('later'), { retryAfter });
      const { seen, call, all } = stage([hint(700), hint(50), hint(20_000)]);
      await retry(call, all);
      same(seen.slept, [700, 200, 20_000], 'pauses with hints');
    },
  },
  {
    id: 'AC-5',
    async run({ retry }, { same, fails }) {
      const errors = [1, 2, 3].map((n) => new Error(`error ${n}`));
      const late = stage(errors, { deadline: 299 });
      await fails(() => retry(late.call, late.all), /error 2/, 'a pause that would end behind the deadline');
      same(late.seen.slept, [100], 'pauses before the deadline');
      const exact = stage(errors.slice(0, 2), { deadline: 300 });
      same(await retry(exact.call, exact.all), 'done', 'a pause that ends at the deadline');
    },
  },
];
