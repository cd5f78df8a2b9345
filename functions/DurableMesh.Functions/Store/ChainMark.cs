using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A hash of a thread's chain, shortened to the 16 bytes that the index keeps: enough to tell whether a step follows what is
/// stored.
/// </summary>
internal readonly record struct ChainMark
{
    /// <summary>What an empty chain ends with.</summary>
    public static readonly ChainMark Genesis = Of(ContentHash.Genesis);

    private readonly UInt128 _bytes;

    private ChainMark(UInt128 bytes) => _bytes = bytes;

    /// <summary>As many of its digits as tell one store from another.</summary>
    public ulong Digits => (ulong)_bytes;

    /// <summary>The mark as text, which <see cref="Of(string?)"/> reads.</summary>
    public override string ToString() => Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in _bytes)));

    /// <summary>The mark of a hash; null is the hash of an empty chain.</summary>
    public static ChainMark Of(string? hash) => hash is null ? Genesis : Of(Encoding.ASCII.GetBytes(hash));

    /// <summary>The mark of a hash as a log has it.</summary>
    /// <exception cref="JsonException">The text is no hash of a chain.</exception>
    public static ChainMark Of(ReadOnlySpan<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[16];
        const int HexDigits = 32;
        return utf8.Length >= HexDigits
            && Convert.FromHexString(utf8[^HexDigits..], bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == bytes.Length
            ? new ChainMark(MemoryMarshal.Read<UInt128>(bytes))
            : throw new JsonException($"'{Encoding.UTF8.GetString(utf8)}' is no hash of a chain.");
    }
}
