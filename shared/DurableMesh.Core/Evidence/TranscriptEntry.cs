using System.Buffers;
using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>
/// One event of a thread in its hash chain (DESIGN §6). <see cref="Hash"/> is SHA-256 over the canonical JSON (RFC 8785) of the
/// entry without <c>hash</c>; as <see cref="Prev"/> is part of that, a change anywhere changes every later hash.
/// </summary>
public sealed record TranscriptEntry
{
    /// <summary>The entry's place in the chain: 0 is the opening, without gaps.</summary>
    public required int Ordinal { get; init; }

    /// <summary>What happened; its <c>type</c> is the one that <see cref="ThreadEvent"/> gives it.</summary>
    public required ThreadEvent Event { get; init; }

    /// <summary>The hash of the entry before; <see cref="ContentHash.Genesis"/> on the first.</summary>
    public required string Prev { get; init; }

    /// <summary>This entry's hash: <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Links an event to the end of a thread's chain.</summary>
    /// <param name="ordinal">The entry's place.</param>
    /// <param name="prev">The hash of the entry before.</param>
    /// <param name="threadEvent">The event.</param>
    public static TranscriptEntry Link(int ordinal, string prev, ThreadEvent threadEvent)
    {
        var entry = new TranscriptEntry { Ordinal = ordinal, Event = threadEvent, Prev = prev, Hash = "" };
        return entry with { Hash = HashOf(JsonSerializer.SerializeToUtf8Bytes(entry, MeshJson.Options)) };
    }

    /// <summary>The hash that an entry's JSON must carry; whatever it does carry as <c>hash</c> is left out.</summary>
    /// <param name="entryUtf8">The entry as it stands in a file.</param>
    /// <exception cref="CanonicalJsonException">The entry is no interoperable JSON.</exception>
    public static string HashOf(ReadOnlySpan<byte> entryUtf8)
    {
        var canonical = new ArrayBufferWriter<byte>(entryUtf8.Length + 16);
        CanonicalJson.Canonicalize(entryUtf8, canonical, exceptMember: "hash");
        return ContentHash.Prefix + ContentHash.Hex(canonical.WrittenSpan);
    }
}
