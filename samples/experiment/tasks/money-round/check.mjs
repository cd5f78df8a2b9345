export default [
  {
    id: 'AC-1',
    run({ round }, { same }) {
      same(round('1.005'), '1.00', 'round(1.005)');
      same(round('1.015'), '1.02', 'round(1.015)');
      same(round('1.0050001'), '1.01', 'round(1.0050001)');
      same(round('-3.5', 0), '-4', 'round(-3.5, 0)');
      same(round('5'), '5.00', 'round(5)');
      same(round('-0.001'), '0.00', 'round(-0.001)');
    },
  },
  {
    id: 'AC-2',
    run({ round, add }, { same }) {
      same(round('90071992547409931.115'), '90071992547409931.12', 'a large amount');
      same(add('90071992547409931.1', '0.25'), '90071992547409931.35', 'a large sum');
      same(add('0.1', '0.2'), '0.3', 'add(0.1, 0.2)');
    },
  },
  {
    id: 'AC-3',
    run({ split }, { same }) {
      same(split('10.00', [1, 1, 1]), ['3.34', '3.33', '3.33'], 'three equal parts');
      same(split('100', [0, 1]), ['0.00', '100.00'], 'a weight of 0');
    },
  },
  {
    id: 'AC-4',
    run({ split }, { same }) {
      same(split('0.05', [1, 3]), ['0.01', '0.04'], 'the larger remainder');
      same(split('-0.05', [1, 1]), ['-0.03', '-0.02'], 'a negative amount');
    },
  },
  {
    id: 'AC-5',
    run({ round, split }, { fails }) {
      for (const text of ['+1', '.5', '1.', '1e3', ' 1', '', 1]) {
        fails(() => round(text), /./, `round(${JSON.stringify(text)})`, RangeError);
      }
      fails(() => split('1', [0, 0]), /./, 'weights without a sum', RangeError);
      fails(() => split('1', [1.5]), /./, 'a weight with a fraction', RangeError);
    },
  },
];
