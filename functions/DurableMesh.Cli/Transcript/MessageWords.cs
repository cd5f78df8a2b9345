using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Transcript;

/// <summary>A message's content as a person reads it.</summary>
internal static class MessageWords
{
    private const int LongestBody = 600;

    /// <summary>The kind's word on the wire.</summary>
    public static string Of(MessageKind kind) => ThreadWords.Of(kind);

    /// <summary>The body in a few lines; what stands in its place where there is none.</summary>
    public static string Of(MessageView message)
    {
        var text = message switch
        {
            { Kind: MessageKind.Brief, Body: { } body } => Brief(body),
            { Body: { } body } => body.ToDisplayText(),
            { Verdict: { } verdict } => ThreadWords.Of(verdict),
            _ => "-",
        };
        return text.Length <= LongestBody ? text.TrimEnd() : $"{text[..LongestBody].TrimEnd()} … ({text.Length:N0} characters)";
    }

    private static string Brief(JsonText body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Text, CliJson.Context.Brief) is { } brief
                ? string.Join('\n', brief.Acceptance
                    .Select(criterion => $"{criterion.Id} {criterion.Title}{(criterion.Required ? "" : " (optional)")}")
                    .Prepend(brief.Body?.ToDisplayText() ?? brief.Subject))
                : body.ToDisplayText();
        }
        catch (JsonException)
        {
            return body.ToDisplayText();
        }
    }
}
