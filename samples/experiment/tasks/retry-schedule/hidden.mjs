export default [
  {
    id: 'H-1',
    async run({ retry }, { same, random }) {
      const { next, pick } = random(79);
      for (let i = 0; i < 300; i++) {
        const first = next(200);
        const largest = first + next(1000);
        const attempts = 1 + next(6);
        const deadline = pick([Infinity, next(2000)]);
        const draws = Array.from({ length: 10 }, () => next(1000) / 1000);
        const errors = Array.from({ length: next(7) },
          () => ({ final: next(8) === 0, retryAfter: pick([undefined, NaN, -5, '900', next(1500)]) }));
        let time = 0;
        const slept = [];
        let drawn = 0;
        const outcome = await retry((attempt) => {
          if (attempt <= errors.length) {
            throw errors[attempt - 1];
          }
          return attempt;
        }, {
          first, largest, attempts, deadline,
          random: () => draws[drawn++],
          now: () => time,
          sleep: async (ms) => {
            slept.push(ms);
            time += ms;
          },
          isFinal: (error) => error.final,
        }).catch((error) => error);

        let expected;
        let at = 0;
        const pauses = [];
        for (let attempt = 1; expected === undefined; attempt++) {
          const error = errors[attempt - 1];
          if (error === undefined) {
            expected = attempt;
            break;
          }
          const whole = Math.min(largest, first * 2 ** (attempt - 1));
          const drawnPause = whole / 2 + (draws[attempt - 1] * whole) / 2;
          const pause = typeof error.retryAfter === 'number' && error.retryAfter > 0
            ? Math.max(drawnPause, error.retryAfter)
            : drawnPause;
          if (error.final || attempt === attempts || at + pause > deadline) {
            expected = error;
            break;
          }
          pauses.push(pause);
          at += pause;
        }
        same(outcome === expected, true, `the outcome of case ${i}`);
        same(slept.map((ms) => ms.toFixed(6)), pauses.map((ms) => ms.toFixed(6)), `the pauses of case ${i}`);
      }
    },
  },
  {
    id: 'H-2',
    async run({ delays, retry }, { fails }) {
      const bad = [['first', -1], ['first', NaN], ['largest', 50], ['largest', Infinity], ['attempts', 0], ['attempts', 1.5],
        ['attempts', '3']];
      for (const [name, value] of bad) {
        fails(() => [...delays({ [name]: value })], new RegExp(name), `delays with ${name} ${value}`, RangeError);
        let called = false;
        await fails(() => retry(() => { called = true; }, { [name]: value }), new RegExp(name), `retry with ${name} ${value}`,
          RangeError);
        if (called) {
          throw new Error(`The call was made in spite of ${name} ${value}.`);
        }
      }
    },
  },
  {
    id: 'H-3',
    async run({ delays, retry }, { same }) {
      same([...delays({ jitter: false, first: undefined, attempts: 2 })], [100], 'an option that is undefined');
      same([...delays({ jitter: false, first: 0, attempts: 3 })], [0, 0], 'pauses of 0');
      const slept = [];
      const sleep = async (ms) => { slept.push(ms); };
      const thrown = await retry(() => { throw undefined; }, { first: 0, attempts: 2, sleep }).then(() => 'resolved',
        (error) => [error]);
      same([thrown, slept], [[undefined], [0]], 'a call that throws undefined');
      same(await retry(() => 7, { deadline: -1 }), 7, 'the first attempt behind the deadline');
      const reason = new Error('asleep');
      const rejected = await retry(() => { throw new Error('x'); },
        { sleep: () => Promise.reject(reason) }).catch((error) => error);
      same(rejected === reason, true, 'a sleep that rejects');
    },
  },
];
