using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Makes placeholders such as <c>[email:7f3a9c1e]</c>. Within a thread the same value has the same placeholder; without the
/// server's secret nobody can try values against it, and placeholders of two threads cannot be compared.
/// </summary>
/// <remarks>
/// A thread's key is made of the secret and the thread by HMAC-SHA256 and never leaves the process; values are hashed under it
/// with <see cref="SipHash"/>. A body can hold a hundred thousand of them, and an HMAC for each is most of the work. A keyed
/// function that tells nothing to who has not the key is all that a pseudonym needs: nobody has to compute it elsewhere, and
/// of 32 bits that are shown no hash could promise that two values never meet.
/// </remarks>
public sealed class PseudonymKey
{
    /// <summary>The hexadecimal digits of a placeholder.</summary>
    private const int Digits = 2 * sizeof(uint);

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>For each kind what its placeholders begin with.</summary>
    private static readonly string[] Openings =
        [.. Enum.GetValues<RedactionKind>().Select(kind => $"[{RedactionKinds.NameOf(kind)}:")];

    private readonly SipHash _hash;

    private PseudonymKey(SipHash hash) => _hash = hash;

    /// <summary>The key of a thread.</summary>
    /// <param name="serverSecret">What only the server knows; not empty.</param>
    /// <param name="threadId">The thread.</param>
    public static PseudonymKey Of(string serverSecret, string threadId)
    {
        ArgumentException.ThrowIfNullOrEmpty(serverSecret);
        ReadOnlySpan<byte> key = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(serverSecret), Encoding.UTF8.GetBytes($"pseudonyms of thread {threadId}"));
        return new(new SipHash(
            BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..])));
    }

    /// <summary>What stands for a value.</summary>
    /// <param name="kind">What it is; a password that is also a telephone number does not say so.</param>
    /// <param name="value">The value in its normal form, so that ways to write it do not matter.</param>
    internal uint PseudonymOf(RedactionKind kind, ReadOnlySpan<char> value) => (uint)_hash.Of((ulong)kind, value);

    /// <summary>Appends the placeholder of a value.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="pseudonym">What <see cref="PseudonymOf"/> made.</param>
    internal static void AppendPlaceholder(PooledText text, RedactionKind kind, uint pseudonym)
    {
        var opening = Openings[(int)kind];
        var room = text.Room(opening.Length + Digits + 1);
        opening.CopyTo(room);
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, pseudonym);
        Convert.TryToHexStringLower(bytes, room[opening.Length..], out _);
        room[^1] = ']';
        text.Advance(room.Length);
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
