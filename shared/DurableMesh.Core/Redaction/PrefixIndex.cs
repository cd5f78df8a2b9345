using System.Runtime.CompilerServices;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Words in any case, by their first three characters: five bits of each say at nearly every place of a text that no word begins
/// there, however many words there are. (A set of hundreds of strings is searched for by an automaton, at a tenth of the speed.)
/// </summary>
/// <typeparam name="T">What has the words.</typeparam>
internal sealed class PrefixIndex<T>
{
    private const int Length = 3;
    private const int Bits = 5;
    private const int FewBits = (1 << Bits) - 1;
    private const int AllBits = (1 << (Length * Bits)) - 1;

    private readonly bool[] _begins = new bool[AllBits + 1];
    private readonly Dictionary<int, T[]> _items;

    /// <summary>Makes the index.</summary>
    /// <param name="items">What has a word.</param>
    /// <param name="wordOf">The word, of two characters or more.</param>
    public PrefixIndex(IEnumerable<T> items, Func<T, string> wordOf)
    {
        _items = items
            .SelectMany(item => PrefixesOf(wordOf(item)).Distinct(), (item, prefix) => (item, prefix))
            .GroupBy(row => row.prefix, row => row.item)
            .ToDictionary(row => row.Key, row => row.ToArray());
        foreach (var prefix in _items.Keys)
        {
            _begins[prefix] = true;
        }
    }

    /// <summary>
    /// The next place at which a word may begin, before an end; -1 where there is none. (Its loop wants the registers to itself.)
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Next(ReadOnlySpan<char> text, int from, int end)
    {
        text = text[..Math.Min(text.Length, end + Length - 1)];
        if (text.Length - from >= Length)
        {
            var (begins, prefix) = (_begins, (text[from] & FewBits) << Bits | text[from + 1] & FewBits);
            for (var at = from + Length - 1; at < text.Length; at++)
            {
                prefix = (prefix << Bits | text[at] & FewBits) & AllBits;
                if (begins[prefix])
                {
                    return at - Length + 1;
                }
            }
        }

        // A word of two characters may be the end of the text.
        var last = text.Length - 2;
        return last >= from && last < end && _begins[PrefixOf(text[last], text[last + 1], 0)] ? last : -1;
    }

    /// <summary>What may begin at a place, in the given order; the characters behind are to be looked at.</summary>
    public T[] At(ReadOnlySpan<char> text, int at)
    {
        if (text.Length - at < 2)
        {
            return [];
        }

        var prefix = PrefixOf(text[at], text[at + 1], at + 2 < text.Length ? text[at + 2] : 0);
        return _begins[prefix] ? _items[prefix] : [];
    }

    private static int PrefixOf(int first, int second, int third) =>
        (first & FewBits) << (2 * Bits) | (second & FewBits) << Bits | third & FewBits;

    /// <summary>Capitals of letters beyond ASCII differ in more than one bit.</summary>
    private static IEnumerable<int> PrefixesOf(string word) =>
        from first in Cases(word[0])
        from second in Cases(word[1])
        from third in word.Length < Length ? Enumerable.Range(0, FewBits + 1) : Cases(word[2])
        select PrefixOf(first, second, third);

    private static IEnumerable<int> Cases(char letter) => [char.ToLowerInvariant(letter), char.ToUpperInvariant(letter)];
}
