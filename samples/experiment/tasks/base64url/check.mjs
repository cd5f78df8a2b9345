const bytes = (...values) => Uint8Array.from(values);

export default [
  {
    id: 'AC-1',
    run({ encode }, { same }) {
      same(encode(bytes()), '', 'no bytes');
      same(encode(bytes(0xfb)), '-w', 'one byte');
      same(encode(bytes(0xff, 0xff)), '__8', 'two bytes');
      same(encode(bytes(102, 111, 111)), 'Zm9v', 'three bytes');
    },
  },
  {
    id: 'AC-2',
    run({ encodeText, decodeText }, { same }) {
      same(encodeText('é'), 'w6k', 'encodeText(é)');
      same(decodeText('w6k'), 'é', 'decodeText(w6k)');
      same(decodeText(encodeText('a😀')), 'a😀', 'an emoji');
    },
  },
  {
    id: 'AC-3',
    run({ decode }, { same }) {
      same(decode('__8'), bytes(255, 255), 'without padding');
      same(decode('Zg=='), bytes(102), 'with padding');
      same(decode('Zm9v'), bytes(102, 111, 111), 'a whole group');
    },
  },
  {
    id: 'AC-4',
    run({ decode }, { fails }) {
      fails(() => decode('Zm+v'), /at 2\b/, 'a plus sign', SyntaxError);
      fails(() => decode('Zm 9v'), /at 2\b/, 'a blank', SyntaxError);
      fails(() => decode('Zm9vZ'), /./, 'a length that cannot be', SyntaxError);
      fails(() => decode('Zg='), /./, 'padding that is not complete', SyntaxError);
    },
  },
  {
    id: 'AC-5',
    run({ decode, decodeText }, { fails }) {
      fails(() => decode('Zh'), /./, 'bits that are left over', SyntaxError);
      fails(() => decodeText('_w'), /./, 'a byte that is no UTF-8', SyntaxError);
    },
  },
];
