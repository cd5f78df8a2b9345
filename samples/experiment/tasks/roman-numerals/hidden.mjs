const PAIRS = [[1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'],
  [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']];
const VALUES = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };

function write(number) {
  let rest = number;
  return PAIRS.map(([value, sign]) => {
    const times = Math.floor(rest / value);
    rest -= times * value;
    return sign.repeat(times);
  }).join('');
}

export default [
  {
    id: 'H-1',
    run({ toRoman, fromRoman }, { same }) {
      for (let n = 1; n <= 3999; n++) {
        const numeral = write(n);
        same(toRoman(n), numeral, `toRoman(${n})`);
        same(fromRoman(numeral), n, `fromRoman(${numeral})`);
        same(fromRoman(numeral.toLowerCase()), n, `fromRoman(${numeral.toLowerCase()})`);
      }
    },
  },
  {
    id: 'H-2',
    run({ fromRoman }, { same, fails, random }) {
      const { next, pick } = random(41);
      const right = new Map(Array.from({ length: 3999 }, (_, i) => [write(i + 1), i + 1]));
      for (let i = 0; i < 2000; i++) {
        const text = Array.from({ length: 1 + next(7) }, () => pick([...'IVXLCDM'])).join('');
        if (right.has(text)) {
          same(fromRoman(text), right.get(text), `fromRoman(${text})`);
          continue;
        }
        const sum = [...text].reduce((total, sign, at) => total + (VALUES[text[at + 1]] > VALUES[sign] ? -1 : 1) * VALUES[sign],
          0);
        const expected = sum >= 1 && sum <= 3999 ? write(sum) : '3999';
        fails(() => fromRoman(text), new RegExp(`\\b${expected}\\b`), `fromRoman(${text})`, SyntaxError);
      }
    },
  },
  {
    id: 'H-3',
    run({ toRoman, fromRoman }, { fails }) {
      for (const value of [4n, undefined, Infinity, null]) {
        fails(() => toRoman(value), /./, `toRoman(${value})`, RangeError);
      }
      for (const value of [4, null, ['I']]) {
        fails(() => fromRoman(value), /./, `fromRoman(${value})`, TypeError);
      }
      fails(() => fromRoman('X I'), /" "/, 'a blank', SyntaxError);
      fails(() => fromRoman('aXb'), /"a"/, 'the first bad character', SyntaxError);
      fails(() => fromRoman('X😀'), /"😀"/, 'an emoji', SyntaxError);
      fails(() => fromRoman('Ⅳ'), /"Ⅳ"/, 'a numeral of Unicode', SyntaxError);
      fails(() => fromRoman('ı'), /"ı"/, 'an i without a dot', SyntaxError);
    },
  },
];
