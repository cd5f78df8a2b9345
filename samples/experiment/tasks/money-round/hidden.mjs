const cents = (text) => BigInt(text.replace('.', ''));

export default [
  {
    id: 'H-1',
    run({ split }, { same, random }) {
      const { next } = random(31);
      for (let i = 0; i < 500; i++) {
        const total = BigInt(next(1_000_000));
        const amount = `${total / 100n}.${String(total % 100n).padStart(2, '0')}`;
        const weights = Array.from({ length: 1 + next(6) }, () => next(900));
        weights[0]++;
        const sum = BigInt(weights.reduce((a, b) => a + b, 0));
        const shares = weights.map((w, k) => ({ k, base: (total * BigInt(w)) / sum, rest: (total * BigInt(w)) % sum }));
        const left = total - shares.reduce((a, s) => a + s.base, 0n);
        [...shares].sort((a, b) => (a.rest === b.rest ? a.k - b.k : a.rest > b.rest ? -1 : 1))
          .slice(0, Number(left)).forEach((share) => { share.base++; });
        same(split(amount, weights).map((part) => String(cents(part))), shares.map((s) => String(s.base)),
          `split(${amount}, [${weights}])`);
      }
    },
  },
  {
    id: 'H-2',
    run({ split }, { same }) {
      same(split('0.04', [1, 5, 5]), ['0.00', '0.02', '0.02'], 'remainders that have no finite decimal');
      same(split('90071992547409931.01', [1, 1]), ['45035996273704965.51', '45035996273704965.50'], 'a large amount');
      same(split('1.005', [1]), ['1.00'], 'the amount is rounded first');
    },
  },
  {
    id: 'H-3',
    run({ round, add }, { same, fails }) {
      same(round('2.5', 0), '2', 'round(2.5, 0)');
      same(round('-2.5', 0), '-2', 'round(-2.5, 0)');
      same(round('0.000000000000000000005', 20), '0.00000000000000000000', 'twenty digits');
      same(round('007.10', 1), '7.1', 'zeros in front');
      same(add('0.1', '-0.1'), '0.0', 'a sum of zero');
      same(add('-0.05', '0.01'), '-0.04', 'a negative sum below one');
      fails(() => round('1', 21), /./, 'too many digits', RangeError);
      fails(() => round('1', -1), /./, 'negative digits', RangeError);
    },
  },
];
