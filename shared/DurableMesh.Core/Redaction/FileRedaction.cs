using System.Buffers;
using System.Text;
using System.Text.Unicode;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Takes personal data and secrets out of a file. A JSON document, and each line that is one (JSON Lines), is read as JSON:
/// behind its escapes a text looks other than it is. All else is redacted as text.
/// </summary>
public static class FileRedaction
{
    /// <summary>Text with ever new lines that only look like JSON must not cost an exception for each.</summary>
    private const int MaxFailures = 100;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Redacts a file.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="key">The thread's key.</param>
    /// <param name="scope">What is taken out.</param>
    /// <returns>
    /// The file without what was found, the same bytes where nothing was; null for a file that is no text (UTF-8 without NUL), in
    /// which nothing can be looked for; the mesh's keys can.
    /// </returns>
    public static RedactedFile? Redact(
        ReadOnlyMemory<byte> content, PseudonymKey key, RedactionScope scope = RedactionScope.Everything)
    {
        if (content.Span.Contains((byte)0) || !Utf8.IsValid(content.Span))
        {
            return scope == RedactionScope.MeshKeys && !HasMeshKey(content.Span, key) ? new(content, null) : null;
        }

        var words = content.Span.StartsWith(ByteOrderMark) ? content.Span[ByteOrderMark.Length..] : content.Span;
        if (LooksLikeJson(words) && TryParse(words, out var document))
        {
            var (redacted, counts) = Redactor.Redact(document, key, scope);
            return counts.Total == 0 ? new(content, null) : new(redacted.ToUtf8(), counts);
        }

        var text = Encoding.UTF8.GetString(words);
        using var run = new RedactionRun(key, scope, text);
        var output = RedactLines(text, run);
        return run.Counts.Total == 0 ? new(content, null) : new(output, run.Counts);
    }

    /// <summary>Whether a key stands in bytes that are no text, one byte a character.</summary>
    private static bool HasMeshKey(ReadOnlySpan<byte> content, PseudonymKey key) =>
        content.IndexOf("dmk_"u8) >= 0
        && Redactor.Redact(Encoding.Latin1.GetString(content), key, RedactionScope.MeshKeys).Counts.Total > 0;

    private static ReadOnlyMemory<byte> RedactLines(string text, RedactionRun run)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 1);
        var (failures, done, at) = (0, 0, 0);
        while (at < text.Length && failures < MaxFailures)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var line = text.AsSpan(at, end - at).Trim();
            if (LooksLikeJson(line))
            {
                if (TryParse(Encoding.UTF8.GetBytes(line.ToArray()), out var document))
                {
                    RedactText(text.AsSpan(done, at - done), run, output);
                    var redacted = JsonScanner.Redact(document, run);
                    Encoding.UTF8.GetBytes(redacted == document ? text.AsSpan(at, end - at) : redacted.Text, output);
                    done = end;
                }
                else
                {
                    failures++;
                }
            }

            at = end + 1;
        }

        RedactText(text.AsSpan(done), run, output);
        return output.WrittenMemory;
    }

    private static void RedactText(ReadOnlySpan<char> text, RedactionRun run, ArrayBufferWriter<byte> output)
    {
        TextScanner.TryRedact(text, Member.Unnamed, run, out var redacted);
        Encoding.UTF8.GetBytes(redacted, output);
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> utf8)
    {
        utf8 = utf8.TrimStart(" \t\r\n"u8);
        return utf8.Length > 1 && utf8[0] is (byte)'{' or (byte)'[' or (byte)'"';
    }

    /// <summary>Whether a line begins and ends as an object or an array that has something in it does.</summary>
    private static bool LooksLikeJson(ReadOnlySpan<char> line) =>
        line.Length > 2
        && (line[0], line[^1]) is ('{', '}') or ('[', ']')
        && line[1..].TrimStart() is ['"' or '{' or '[', ..];

    private static bool TryParse(ReadOnlySpan<byte> utf8, out JsonText document)
    {
        try
        {
            document = JsonText.Parse(utf8);
            return true;
        }
        catch (CanonicalJsonException)
        {
            document = null!;
            return false;
        }
    }
}

/// <summary>A file as it may be kept.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Removed">What was taken out; null where nothing was.</param>
public sealed record RedactedFile(ReadOnlyMemory<byte> Content, RedactionCounts? Removed);
