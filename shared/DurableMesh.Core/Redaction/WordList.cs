using System.Buffers;

namespace DurableMesh.Core.Redaction;

/// <summary>Words that are looked for together.</summary>
internal sealed class WordList
{
    private readonly SearchValues<string> _any;

    public WordList(params string[] words)
    {
        Words = words;
        _any = SearchValues.Create(words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The words.</summary>
    public string[] Words { get; }

    /// <summary>Whether a text has one of them as a word of its own.</summary>
    public bool IsIn(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || !text.ContainsAny(_any))
        {
            return false;
        }

        foreach (var word in Words)
        {
            if (Vocabulary.Has(text, word))
            {
                return true;
            }
        }

        return false;
    }
}
