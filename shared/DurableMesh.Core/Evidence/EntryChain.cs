using System.Runtime.InteropServices;
using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>An entry of a hash chain.</summary>
internal interface IChainEntry
{
    /// <summary>Its place, from 0.</summary>
    int Ordinal { get; }

    /// <summary>The hash of the entry before; <see cref="ContentHash.Genesis"/> on the first.</summary>
    string Prev { get; }

    /// <summary>Its hash.</summary>
    string Hash { get; }
}

/// <summary>The entries of a file of evidence, and all that does not hold of it.</summary>
/// <typeparam name="TEntry">Their type.</typeparam>
/// <param name="raw">The entries, as the file has them.</param>
/// <param name="idOf">What a finding calls an entry.</param>
internal sealed class EntryChain<TEntry>(JsonElement raw, Func<TEntry, string> idOf)
    where TEntry : class, IChainEntry
{
    private readonly List<TEntry> _entries = [];

    /// <summary>The entries.</summary>
    public IReadOnlyList<TEntry> Entries => _entries;

    /// <summary>What does not hold.</summary>
    public List<EvidenceFinding> Findings { get; } = [];

    /// <summary>Reads the entries; what a reader of the format would not see is a finding.</summary>
    /// <exception cref="JsonException">One cannot be read.</exception>
    public void Read()
    {
        foreach (var element in raw.EnumerateArray())
        {
            var entry = element.Deserialize<TEntry>(MeshJson.Options) ?? throw new JsonException("An entry must not be null.");
            _entries.Add(entry);
            var written = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(entry, MeshJson.Options));
            var found = CanonicalJson.Canonicalize(JsonMarshal.GetRawUtf8Value(element));
            foreach (var difference in JsonDifference.Between(written, found))
            {
                Add(
                    EvidenceFault.UnreadableEntry,
                    _entries.Count - 1,
                    difference.Path,
                    "The entry says something that the format does not know.",
                    difference.Expected,
                    difference.Found);
            }
        }
    }

    /// <summary>Computes the chain again.</summary>
    /// <param name="pinnedHead">Its head as somebody kept it elsewhere; null for none.</param>
    /// <returns>Its head.</returns>
    public string Check(string? pinnedHead)
    {
        var head = ContentHash.Genesis;
        foreach (var (index, entry) in _entries.Index())
        {
            var computed = TranscriptEntry.HashOf(JsonMarshal.GetRawUtf8Value(raw[index]));
            if (entry.Hash != computed)
            {
                Add(
                    EvidenceFault.HashMismatch,
                    index,
                    "hash",
                    "The entry's content is not what its hash was computed over.",
                    computed,
                    entry.Hash);
            }

            // Where only the hash of the entry before was changed, the link to its content still holds.
            if (entry.Ordinal != index || (entry.Prev != head && (index == 0 || entry.Prev != _entries[index - 1].Hash)))
            {
                Add(EvidenceFault.BrokenLink, index, "prev", "The entry does not follow the one before it.", head, entry.Prev);
            }

            head = computed;
        }

        if (pinnedHead is not null && head != pinnedHead)
        {
            Add(
                EvidenceFault.HeadMismatch,
                null,
                "chain.head",
                "The chain does not end with the head that was kept.",
                pinnedHead,
                head);
        }

        return head;
    }

    /// <summary>Compares what the file says beside its entries with what is computed from them.</summary>
    /// <param name="computed">The file as it should be.</param>
    /// <param name="summary">The file as it is, canonical, without its entries.</param>
    /// <param name="message">What a difference means.</param>
    public void Compare<TFile>(TFile computed, byte[] summary, string message)
    {
        var expected = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(computed, MeshJson.Options), "entries");
        foreach (var difference in JsonDifference.Between(expected, summary))
        {
            Add(EvidenceFault.SummaryMismatch, null, difference.Path, message, difference.Expected, difference.Found);
        }
    }

    /// <summary>Adds a finding.</summary>
    public void Add(
        EvidenceFault fault, int? index, string path, string message, string? expected = null, string? found = null) =>
        Findings.Add(new EvidenceFinding(
            fault,
            index,
            index is { } at && at < _entries.Count ? idOf(_entries[at]) : null,
            path,
            message,
            expected,
            found));
}
