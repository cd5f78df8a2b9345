using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Makes placeholders such as <c>[email:7f3a9c]</c>. Within a thread the same value has the same placeholder; without the
/// server's secret nobody can try values against it, and placeholders of two threads cannot be compared.
/// </summary>
public sealed class PseudonymKey
{
    /// <summary>The hexadecimal digits of a placeholder.</summary>
    private const int Digits = 6;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>For each kind what its placeholders begin with.</summary>
    private static readonly string[] Openings =
        [.. Enum.GetValues<RedactionKind>().Select(kind => $"[{RedactionKinds.NameOf(kind)}:")];

    private readonly byte[] _key;

    private PseudonymKey(byte[] key) => _key = key;

    /// <summary>The key of a thread.</summary>
    /// <param name="serverSecret">What only the server knows; not empty.</param>
    /// <param name="threadId">The thread.</param>
    public static PseudonymKey Of(string serverSecret, string threadId)
    {
        ArgumentException.ThrowIfNullOrEmpty(serverSecret);
        return new(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(serverSecret), Encoding.UTF8.GetBytes($"pseudonyms of thread {threadId}")));
    }

    /// <summary>A hash for many placeholders, which costs half of a new one for each.</summary>
    internal IncrementalHash CreateHash() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);

    /// <summary>The placeholder of a value.</summary>
    /// <param name="hash">What <see cref="CreateHash"/> made.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="value">The value in its normal form, so that ways to write it do not matter.</param>
    internal static string PlaceholderOf(IncrementalHash hash, RedactionKind kind, string value)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> buffer = stackalloc byte[256];
        var name = Encoding.UTF8.GetBytes(Openings[(int)kind], buffer);
        if (Encoding.UTF8.TryGetBytes(value, buffer[name..], out var written))
        {
            hash.AppendData(buffer[..(name + written)]);
        }
        else
        {
            hash.AppendData(buffer[..name]);
            hash.AppendData(Encoding.UTF8.GetBytes(value));
        }

        hash.GetHashAndReset(digest);
        Span<char> digits = stackalloc char[Digits];
        Convert.TryToHexStringLower(digest[..(Digits / 2)], digits, out _);
        return string.Concat(Openings[(int)kind], digits, "]");
    }

    /// <summary>Whether a text begins with a placeholder.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">The placeholder's length.</param>
    internal static bool StartsWithPlaceholder(ReadOnlySpan<char> text, out int length)
    {
        length = text.IndexOf(':') + Digits + 2;
        return length > Digits + 2 && length <= text.Length && text[0] == '[' && text[length - 1] == ']'
            && !text[(length - Digits - 1)..(length - 1)].ContainsAnyExcept(HexDigits)
            && RedactionKinds.IsName(text[1..(length - Digits - 2)]);
    }
}
