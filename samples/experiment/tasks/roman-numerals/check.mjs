export default [
  {
    id: 'AC-1',
    run({ toRoman }, { same }) {
      const numbers = [1, 4, 9, 14, 40, 99, 944, 1999, 3999];
      const numerals = ['I', 'IV', 'IX', 'XIV', 'XL', 'XCIX', 'CMXLIV', 'MCMXCIX', 'MMMCMXCIX'];
      same(numbers.map(toRoman), numerals, 'numerals');
    },
  },
  {
    id: 'AC-2',
    run({ fromRoman }, { same }) {
      same(['I', 'IV', 'XCIX', 'MCMXCIX', 'mmmcmxcix'].map(fromRoman), [1, 4, 99, 1999, 3999], 'numbers');
    },
  },
  {
    id: 'AC-3',
    run({ fromRoman }, { fails }) {
      fails(() => fromRoman('IIII'), /\bIV\b/, 'fromRoman(IIII)', SyntaxError);
      fails(() => fromRoman('IIV'), /\bV\b/, 'fromRoman(IIV)', SyntaxError);
      fails(() => fromRoman('XIZ'), /"Z"/, 'fromRoman(XIZ)', SyntaxError);
      fails(() => fromRoman('Xiv'), /\bXIV\b/, 'fromRoman(Xiv)', SyntaxError);
      fails(() => fromRoman(''), /./, 'fromRoman of the empty text', SyntaxError);
    },
  },
  {
    id: 'AC-4',
    run({ toRoman }, { fails }) {
      for (const number of [0, -1, 1.5, 4000, NaN, '5']) {
        fails(() => toRoman(number), /./, `toRoman(${number})`, RangeError);
      }
    },
  },
];
