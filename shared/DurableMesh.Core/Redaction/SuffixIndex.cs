using System.Collections.Frozen;

namespace DurableMesh.Core.Redaction;

/// <summary>What is told by the end of a name, found by the last character, in any case.</summary>
/// <typeparam name="T">What has an end.</typeparam>
/// <param name="items">What has an end, in the order in which it is tried.</param>
/// <param name="endOf">The end.</param>
internal sealed class SuffixIndex<T>(IEnumerable<T> items, Func<T, string> endOf)
{
    private readonly FrozenDictionary<char, T[]> _items = items
        .GroupBy(item => char.ToUpperInvariant(endOf(item)[^1]))
        .ToFrozenDictionary(row => row.Key, row => row.ToArray());

    /// <summary>What a text may end with, by its last character.</summary>
    public ReadOnlySpan<T> Of(ReadOnlySpan<char> text) =>
        !text.IsEmpty && _items.TryGetValue(char.ToUpperInvariant(text[^1]), out var items) ? items : default;
}
