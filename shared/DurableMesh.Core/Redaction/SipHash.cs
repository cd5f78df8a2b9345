using System.Numerics;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// SipHash-2-4 (Aumasson and Bernstein, 2012), a pseudorandom function for short inputs: without its 128-bit key its output
/// cannot be told from chance, so neither can it be computed for a guess nor does it say anything about its input.
/// </summary>
/// <param name="key0">The first half of the key.</param>
/// <param name="key1">The second half.</param>
internal readonly struct SipHash(ulong key0, ulong key1)
{
    private const int CharactersInWord = sizeof(ulong) / sizeof(char);

    /// <summary>The hash of a word and a text: of their bytes in little-endian order, on every machine.</summary>
    public ulong Of(ulong first, ReadOnlySpan<char> text)
    {
        var bytes = (ulong)text.Length * sizeof(char) + sizeof(ulong);
        var state = new State(key0, key1);
        state.Take(first);
        for (; text.Length >= CharactersInWord; text = text[CharactersInWord..])
        {
            state.Take(text[0] | (ulong)text[1] << 16 | (ulong)text[2] << 32 | (ulong)text[3] << 48);
        }

        var last = bytes << 56;
        for (var i = 0; i < text.Length; i++)
        {
            last |= (ulong)text[i] << (16 * i);
        }

        state.Take(last);
        return state.Finish();
    }

    private struct State(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575;
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void Take(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public ulong Finish()
        {
            _v2 ^= 0xff;
            for (var i = 0; i < 4; i++)
            {
                Round();
            }

            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v1;
            _v0 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
