using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Prompts;

/// <summary>
/// What others wrote, for a prompt: between two lines with a mark. The mark is made of what it encloses and does not occur in
/// it, so no text can end its own quotation; and the same text always has the same mark, so a prompt that is rendered again
/// is the same to a cache.
/// </summary>
public static class QuotedText
{
    /// <summary>As many characters of a text are quoted; of a longer one its head and its tail.</summary>
    public const int Limit = 256 * 1024;

    private const int MarkLength = 12;

    /// <summary>Quotes a message: its body, its checks and its artifacts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="subject">A line before the body; null for none.</param>
    public static string Of(MessageView message, string? subject = null)
    {
        var verdict = message.Verdict is { } judged ? $" {Name(judged)}" : "";
        var title = $"message {message.Sequence}, {Name(message.Kind)}{verdict}, from {message.From}";
        return Of(title, string.Join('\n', Lines(message, subject)));
    }

    /// <summary>Quotes a text.</summary>
    /// <param name="title">The mesh's own words for it, on one line.</param>
    /// <param name="text">The text.</param>
    public static string Of(string title, string text)
    {
        var quoted = Clean(Cut(text));
        var mark = MarkOf(title, quoted);
        return $"[[{mark} {title}]]\n{quoted}\n[[{mark} end]]";
    }

    private static IEnumerable<string> Lines(MessageView message, string? subject)
    {
        if (subject is not null)
        {
            yield return subject;
        }

        if (message.Body is { } body)
        {
            yield return body.ToDisplayText();
        }

        // The criteria of a brief are checks that nobody has tried yet.
        var isBrief = message.Kind == MessageKind.Brief;
        foreach (var check in message.Checks)
        {
            var status = (isBrief, check.Required) switch
            {
                (false, _) => Name(check.Status),
                (true, false) => "optional",
                _ => "required",
            };
            string?[] words = [check.Title, check.Detail, check.Location];
            yield return $"- {check.Id} ({status}): {string.Join("; ", words.Where(word => !string.IsNullOrWhiteSpace(word)))}";
        }

        foreach (var artifact in message.Artifacts)
        {
            yield return $"- artifact {artifact.Name} sha256:{artifact.Sha256} {artifact.Uri}".TrimEnd();
        }
    }

    private static string MarkOf(string title, string text)
    {
        var bytes = Encoding.UTF8.GetBytes($"{title}\n{text}");
        while (true)
        {
            bytes = SHA256.HashData(bytes);
            var mark = Convert.ToHexStringLower(bytes)[..MarkLength];
            if (!text.Contains(mark, StringComparison.OrdinalIgnoreCase))
            {
                return mark;
            }
        }
    }

    private static string Cut(string text)
    {
        if (text.Length <= Limit)
        {
            return text;
        }

        var (head, tail) = (Limit / 2, text.Length - Limit / 2);
        head -= char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        tail += char.IsLowSurrogate(text[tail]) ? 1 : 0;
        var left = (tail - head).ToString("N0", CultureInfo.InvariantCulture);
        return $"{text[..head]}\n(… {left} characters left out …)\n{text[tail..]}";
    }

    // Control characters mean something to terminals and nothing to a model.
    private static string Clean(string text)
    {
        var lines = text.ReplaceLineEndings("\n");
        return lines.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            ? lines
            : string.Concat(lines.Select(one => char.IsControl(one) && one is not ('\n' or '\t') ? '\uFFFD' : one));
    }

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
