namespace DurableMesh.Core.Redaction;

/// <summary>Words that are looked for together.</summary>
/// <param name="words">The words, of two letters or more.</param>
internal sealed class WordList(params string[] words)
{
    private readonly PrefixIndex<string> _index = new(words, word => word);

    /// <summary>The words.</summary>
    public string[] Words => words;

    /// <summary>Whether a text has one of them as a word of its own.</summary>
    public bool IsIn(ReadOnlySpan<char> text)
    {
        for (var at = 0; (at = _index.Next(text, at, text.Length)) >= 0; at++)
        {
            foreach (var word in _index.At(text, at))
            {
                if (text[at..].StartsWith(word, StringComparison.OrdinalIgnoreCase) && Vocabulary.IsWord(text, at, word.Length))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
