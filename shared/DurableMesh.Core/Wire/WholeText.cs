namespace DurableMesh.Core.Wire;

/// <summary>
/// Shortens texts without cutting a character in two: half of a surrogate pair is no Unicode, and nothing that must write it as
/// UTF-8 or read it as JSON will take it.
/// </summary>
public static class WholeText
{
    /// <summary>The beginning of a text: at most so many UTF-16 units, one fewer where a pair would be cut.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The longest that it may be.</param>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..EndBefore(text, most)];

    /// <summary>A text as it is, or its beginning and an ellipsis where it is longer than allowed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The longest that it may be, the ellipsis not counted.</param>
    public static string Shorten(string text, int most) => text.Length <= most ? text : $"{text[..EndBefore(text, most)]}…";

    /// <summary>How much of the beginning of a text fits: as <see cref="Cut"/>, without the copy.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The longest that it may be.</param>
    public static int LengthOf(ReadOnlySpan<char> text, int most) => text.Length <= most ? text.Length : EndBefore(text, most);

    private static int EndBefore(ReadOnlySpan<char> text, int end) =>
        end > 0 && char.IsSurrogatePair(text[end - 1], text[end]) ? end - 1 : end;
}
