using System.Runtime.InteropServices;
using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>
/// Checks an evidence file offline: every entry's hash and link, every step against the thread's rules, every cost against its
/// price, and every sum against the entries. Total: it says what does not hold, whatever the bytes are.
/// </summary>
public static class EvidenceVerifier
{
    /// <summary>Checks an evidence file.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="pinnedHead">
    /// The chain's head as somebody kept it elsewhere (<see cref="ContentHash.TryReadHead"/>), which the file must have; null for
    /// none.
    /// </param>
    public static EvidenceReport Verify(ReadOnlyMemory<byte> utf8, string? pinnedHead = null)
    {
        try
        {
            // Refuses what two readers could read in two ways, before anything is read from it.
            var summary = CanonicalJson.Canonicalize(utf8.Span, exceptMember: "entries");
            using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("entries", out var entries)
                && entries.ValueKind == JsonValueKind.Array && entries.GetArrayLength() > 0
                    ? new Verification(summary, entries).Run(pinnedHead)
                    : Unusable("An evidence file is a JSON object whose entries begin with the thread's opening.");
        }
        catch (Exception e) when (e is CanonicalJsonException or JsonException)
        {
            return Unusable(e.Message);
        }
    }

    private static EvidenceReport Unusable(string message) => new(
        null,
        Final: false,
        null,
        null,
        0,
        null,
        0,
        [new EvidenceFinding(EvidenceFault.NoEvidence, null, null, "$", message)]);

    private sealed class Verification(byte[] summary, JsonElement rawEntries)
    {
        private readonly List<EvidenceFinding> _findings = [];
        private readonly List<TranscriptEntry> _entries = [];

        public EvidenceReport Run(string? pinnedHead)
        {
            var readable = ReadEntries();
            var head = ContentHash.Genesis;
            foreach (var (entry, index) in _entries.Select((entry, index) => (entry, index)))
            {
                head = CheckChain(entry, index, head);
            }

            if (pinnedHead is not null && head != pinnedHead)
            {
                _findings.Add(new EvidenceFinding(
                    EvidenceFault.HeadMismatch,
                    null,
                    null,
                    "chain.head",
                    "The chain does not end with the head that was kept.",
                    pinnedHead,
                    head));
            }

            EvidenceFile? file = null;
            if (readable)
            {
                _findings.AddRange(EvidenceReplay.Check(_entries));
                file = Recompute();
            }

            if (file is not null)
            {
                CheckSummary(file);
            }

            return new EvidenceReport(
                file?.ThreadId,
                file?.Final ?? false,
                file?.EndState,
                file?.Reason,
                rawEntries.GetArrayLength(),
                readable ? file?.Chain.Head : null,
                file?.Usage.Total.CostUsd ?? 0,
                [.. _findings.OrderBy(finding => finding.Entry ?? int.MaxValue)]);
        }

        private bool ReadEntries()
        {
            foreach (var raw in rawEntries.EnumerateArray())
            {
                try
                {
                    _entries.Add(raw.Deserialize<TranscriptEntry>(MeshJson.Options)
                        ?? throw new JsonException("An entry must not be null."));
                }
                catch (Exception e) when (
                    e is JsonException or NotSupportedException or FormatException or InvalidOperationException)
                {
                    _findings.Add(new EvidenceFinding(EvidenceFault.UnreadableEntry, _entries.Count, null, "$", e.Message));
                    return false;
                }
            }

            return true;
        }

        private string CheckChain(TranscriptEntry entry, int index, string head)
        {
            var raw = JsonMarshal.GetRawUtf8Value(rawEntries[index]).ToArray();
            var computed = TranscriptEntry.HashOf(raw);
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
            if (entry.Prev != head && (index == 0 || entry.Prev != _entries[index - 1].Hash))
            {
                Add(EvidenceFault.BrokenLink, index, "prev", "The entry does not follow the one before it.", head, entry.Prev);
            }

            if (entry.Ordinal != index)
            {
                Add(
                    EvidenceFault.BrokenLink,
                    index,
                    "ordinal",
                    "The entry does not stand at its place.",
                    $"{index}",
                    $"{entry.Ordinal}");
            }

            var written = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(entry, MeshJson.Options));
            foreach (var difference in JsonDifference.Between(written, CanonicalJson.Canonicalize(raw)))
            {
                Add(
                    EvidenceFault.UnreadableEntry,
                    index,
                    difference.Path,
                    "The entry says something that the format does not know.",
                    difference.Expected,
                    difference.Found);
            }

            return computed;
        }

        /// <summary>
        /// The file that these events make, linked anew, so that a wrong hash in the file does not hide what else is wrong.
        /// </summary>
        private EvidenceFile? Recompute()
        {
            try
            {
                var linked = new List<TranscriptEntry>();
                foreach (var entry in _entries)
                {
                    var prev = linked.Count == 0 ? ContentHash.Genesis : linked[^1].Hash;
                    linked.Add(TranscriptEntry.Link(linked.Count, prev, entry.Event));
                }

                return EvidenceFile.Of(linked);
            }
#pragma warning disable CA1031 // A forged entry can break any assumption of the fold; that is a finding, never a crash.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _findings.Add(new EvidenceFinding(EvidenceFault.RuleBroken, null, null, "entries", e.Message));
                return null;
            }
        }

        private void CheckSummary(EvidenceFile file)
        {
            var expected = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(file, MeshJson.Options), "entries");
            foreach (var difference in JsonDifference.Between(expected, summary))
            {
                _findings.Add(new EvidenceFinding(
                    EvidenceFault.SummaryMismatch,
                    null,
                    null,
                    difference.Path,
                    "The file says something else than its entries.",
                    difference.Expected,
                    difference.Found));
            }
        }

        private void Add(EvidenceFault fault, int index, string path, string message, string? expected, string? found) =>
            _findings.Add(
                new EvidenceFinding(fault, index, EvidenceReplay.IdOf(_entries[index]), path, message, expected, found));
    }
}
