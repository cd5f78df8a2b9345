using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>SHA-256 over canonical JSON, in the two forms in which the mesh writes it.</summary>
public static class ContentHash
{
    /// <summary>What stands before the digits in a hash of the chain.</summary>
    public const string Prefix = "sha256:";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The hash that the first entry of a chain names as the one before it.</summary>
    public static string Genesis { get; } = Prefix + new string('0', 64);

    /// <summary>SHA-256 as 64 hexadecimal digits in lower case.</summary>
    /// <param name="content">The bytes.</param>
    public static string Hex(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>SHA-256 of a value's canonical JSON as 64 hexadecimal digits: equal values have equal hashes.</summary>
    /// <typeparam name="T">A type that <see cref="MeshJson"/> can write.</typeparam>
    /// <param name="value">The value.</param>
    public static string Of<T>(T value) =>
        Hex(CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(value, MeshJson.Options)));

    /// <summary>Reads the head of a chain as somebody kept it; null where it is none.</summary>
    /// <param name="text">64 hexadecimal digits of any case, with <see cref="Prefix"/> or without.</param>
    public static string? TryReadHead(string text)
    {
        var digits = text.Trim().ToLowerInvariant();
        digits = digits.StartsWith(Prefix, StringComparison.Ordinal) ? digits[Prefix.Length..] : digits;
        return IsHex(digits) ? Prefix + digits : null;
    }

    /// <summary>Whether a text is 64 hexadecimal digits in lower case.</summary>
    /// <param name="text">The text.</param>
    public static bool IsHex(ReadOnlySpan<char> text) => text.Length == 64 && !text.ContainsAnyExcept(HexDigits);
}
