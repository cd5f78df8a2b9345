const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export default [
  {
    id: 'H-1',
    run({ encode, decode }, { same, random }) {
      const { next } = random(67);
      for (let i = 0; i < 500; i++) {
        const bytes = Uint8Array.from({ length: next(12) }, () => next(256));
        const text = encode(bytes);
        const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
        const expected = (bits.match(/.{1,6}/g) ?? []).map((group) => CHARACTERS[parseInt(group.padEnd(6, '0'), 2)]).join('');
        same(text, expected, `encode([${bytes}])`);
        same(decode(text), bytes, `decode(${text})`);
        same(decode(text.padEnd(Math.ceil(text.length / 4) * 4, '=')), bytes, `decode(${text}) with padding`);
      }
    },
  },
  {
    id: 'H-2',
    run({ encode, decode }, { same, random }) {
      const { next, pick } = random(71);
      let accepted = 0;
      for (let i = 0; i < 3000; i++) {
        const text = Array.from({ length: next(6) }, () => pick([...'AQgwZ-_=8'])).join('');
        let bytes;
        try {
          bytes = decode(text);
        } catch (error) {
          same(error instanceof SyntaxError, true, `decode(${text}) fails with a SyntaxError`);
          continue;
        }
        accepted++;
        same(encode(bytes), text.replace(/={0,2}$/, ''), `encode(decode(${text}))`);
        same(text.includes('=') && text.length % 4 !== 0, false, `the padding of ${text} is complete`);
      }
      same(accepted > 200, true, 'enough texts were accepted');
    },
  },
  {
    id: 'H-3',
    run({ encode, decode, encodeText, decodeText }, { same, fails, cpuMs }) {
      for (const value of [[1, 2], 'ab', null]) {
        fails(() => encode(value), /./, `encode(${JSON.stringify(value)})`, TypeError);
      }
      fails(() => decode(7), /./, 'decode of a number', TypeError);
      fails(() => encodeText(7), /./, 'encodeText of a number', TypeError);
      fails(() => encodeText('a\ud83d'), /./, 'half of a surrogate pair', RangeError);
      fails(() => decode('===='), /./, 'padding alone', SyntaxError);
      fails(() => decode('Z=m9'), /at 1\b/, 'padding in the middle', SyntaxError);
      fails(() => decode('Zg==\n'), /at [24]\b/, 'a line break at the end', SyntaxError);
      same(decodeText(encodeText('\ufeffa')), '\ufeffa', 'a byte order mark');
      const large = new Uint8Array(150_000).fill(200);
      const started = cpuMs();
      same(decode(encode(large)).length, 150_000, 'a large file');
      same(decodeText(encodeText('ä'.repeat(100_000))).length, 100_000, 'a long text');
      same(cpuMs() - started < 1200, true, 'a large file takes less than a second');
    },
  },
];
