using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Transcript;

/// <summary>A message's content as a person reads it.</summary>
internal static class MessageWords
{
    private const int LongestBody = 600;

    /// <summary>The body in a few lines; what stands in its place where there is none.</summary>
    public static string Of(MessageView message)
    {
        var text = message switch
        {
            { Body: { } body } => body.ToDisplayText(),
            { Verdict: { } verdict } => ThreadWords.Of(verdict),
            _ => "-",
        };
        return text.Length <= LongestBody
            ? text.TrimEnd()
            : $"{WholeText.Cut(text, LongestBody).TrimEnd()} … ({text.Length:N0} characters)";
    }
}
