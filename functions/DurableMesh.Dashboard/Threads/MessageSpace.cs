using System.Text.Encodings.Web;
using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Threads;

/// <summary>How much of a page messages take: whatever agents write, a page stays small enough for a slow line.</summary>
public static class MessageSpace
{
    /// <summary>How many characters of a body are shown.</summary>
    public const int MostBody = 4000;

    /// <summary>How many checks of a message are shown.</summary>
    public const int MostChecks = 50;

    /// <summary>How many characters of a check's detail are shown.</summary>
    public const int MostDetail = 500;

    private const int MostBytes = 100_000;
    private const int MostCheckBytes = 40_000;
    private const int Markup = 1000;
    private const int MarkupOfCheck = 250;

    /// <summary>The newest of some messages that fit on a page; at least one.</summary>
    /// <param name="messages">The messages, oldest first.</param>
    public static IReadOnlyList<MessageView> NewestOf(IReadOnlyList<MessageView> messages)
    {
        var (first, bytes) = (messages.Count, 0);
        while (first > 0 && (bytes += BytesOf(messages[first - 1])) <= MostBytes)
        {
            first--;
        }

        return [.. messages.Skip(Math.Min(first, messages.Count - 1))];
    }

    /// <summary>The checks of a message that are shown: the first.</summary>
    /// <param name="message">The message.</param>
    public static IReadOnlyList<Check> ChecksOf(MessageView message)
    {
        var bytes = 0;
        return [.. message.Checks.Take(MostChecks).TakeWhile(check => (bytes += BytesOf(check)) <= MostCheckBytes)];
    }

    private static int BytesOf(MessageView message) =>
        Markup
        + (message.Body is { } body ? BytesOf(body.ToDisplayText(), MostBody) : 0)
        + ChecksOf(message).Sum(BytesOf)
        + message.Artifacts.Take(MostChecks).Sum(artifact => BytesOf(artifact.Name, int.MaxValue));

    private static int BytesOf(Check check) =>
        MarkupOfCheck
        + BytesOf(check.Id, int.MaxValue)
        + BytesOf(check.Title, int.MaxValue)
        + BytesOf(check.Detail, MostDetail)
        + BytesOf(check.Location, int.MaxValue);

    /// <summary>What a text takes as HTML, where most that is not ASCII is written as a number.</summary>
    private static int BytesOf(string? text, int most) => HtmlEncoder.Default.Encode(Layout.Formats.Text(text, most)).Length;
}
