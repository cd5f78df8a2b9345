using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Reads what a command is given: a file, or standard input where the name is <c>-</c>.</summary>
internal static class InputText
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The longer mark first: it begins with the mark of UTF-16.
    private static readonly Encoding[] Marked =
    [
        new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    /// <summary>Reads all of it: UTF-8, or what a byte order mark says. The mark is no part of the text.</summary>
    /// <exception cref="CliException">There is no such file, it cannot be read, or is no text.</exception>
    public static async Task<string> ReadAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        var bytes = await ReadBytesAsync(name, terminal, cancellation);
        var marked = Array.Find(Marked, encoding => bytes.AsSpan().StartsWith(encoding.Preamble));
        try
        {
            var text = (marked ?? Utf8).GetString(bytes.AsSpan(marked?.Preamble.Length ?? 0));
            return !text.Contains('\0', StringComparison.Ordinal) ? text : throw NoText(name, "it has NUL characters");
        }
        catch (DecoderFallbackException invalid)
        {
            throw NoText(name, $"byte {invalid.Index + 1} is no {(marked ?? Utf8).WebName.ToUpperInvariant()}");
        }
    }

    /// <summary>Reads all of it as UTF-8 without a byte order mark, whatever it was.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async Task<byte[]> ReadUtf8Async(string name, Terminal terminal, CancellationToken cancellation) =>
        Utf8.GetBytes(await ReadAsync(name, terminal, cancellation));

    /// <summary>Reads a JSON document.</summary>
    /// <exception cref="CliException">It cannot be read, or is no JSON.</exception>
    public static async Task<JsonNode> ReadJsonAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        var text = await ReadAsync(name, terminal, cancellation);
        try
        {
            return JsonNode.Parse(text) ?? throw new CliException(ExitCode.Usage, $"{Name(name)} holds only null.");
        }
        catch (JsonException malformed)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{Name(name)} is no JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}: " +
                malformed.Message,
                malformed);
        }
    }

    /// <summary>What to call the input in a message.</summary>
    public static string Name(string name) => name == StandardInput ? "standard input" : name;

    private static async Task<byte[]> ReadBytesAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            if (name != StandardInput)
            {
                return await File.ReadAllBytesAsync(name, cancellation);
            }

            using var all = new MemoryStream();
            await using var input = terminal.OpenInput();
            await input.CopyToAsync(all, cancellation);
            return all.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{Name(name)} cannot be read: {failure.Message}", failure);
        }
    }

    private static CliException NoText(string name, string why) => new(
        ExitCode.Usage, $"{Name(name)} is no text in UTF-8: {why}. Save it as UTF-8, or with a byte order mark.");
}
