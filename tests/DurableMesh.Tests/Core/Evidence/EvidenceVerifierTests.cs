using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Evidence;

public sealed class EvidenceVerifierTests
{
    private static readonly byte[] Good = EvidenceSample.File.ToUtf8();

    [Fact]
    public void A_good_file_holds()
    {
        var report = EvidenceVerifier.Verify(Good);
        Assert.Empty(report.Findings);
        Assert.Equal(
            (true, EndState.Pass, EndReason.Verified, 12),
            (report.Final, report.EndState!.Value, report.Reason!.Value, report.Entries));
        Assert.Equal((EvidenceSample.File.Chain.Head, 0.256m), (report.Head, report.CostUsd));
    }

    [Fact]
    public void Layout_and_order_of_members_do_not_matter()
    {
        Assert.Empty(EvidenceVerifier.Verify(CanonicalJson.Canonicalize(Good)).Findings);
        Assert.Empty(
            EvidenceVerifier.Verify(JsonSerializer.SerializeToUtf8Bytes(EvidenceSample.File, MeshJson.Options)).Findings);
    }

    [Fact]
    public void Any_changed_byte_that_changes_the_meaning_is_found()
    {
        var meaning = CanonicalJson.Canonicalize(Good);
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var bytes = Good.ToArray();
                bytes[at] = value;
                Assert.Equal(Same(bytes, meaning), EvidenceVerifier.Verify(bytes).Holds);
            },
            iter: 500);
    }

    [Fact]
    public void A_changed_digit_letter_or_sign_is_found_wherever_it_is()
    {
        var meaning = CanonicalJson.Canonicalize(Good);
        for (var at = 0; at < Good.Length; at += 37)
        {
            var bytes = Good.ToArray();
            bytes[at] = bytes[at] switch { (byte)'1' => (byte)'2', (byte)'a' => (byte)'b', var other => (byte)(other ^ 1) };
            Assert.True(Same(bytes, meaning) == EvidenceVerifier.Verify(bytes).Holds, $"byte {at}");
        }
    }

    [Fact]
    public void A_changed_body_is_found_at_its_entry()
    {
        var report = EvidenceVerifier.Verify(Replace(Good, "Which line?", "Which lime?"));
        var finding = Assert.Single(
            report.Findings,
            finding => finding.Fault == EvidenceFault.HashMismatch && finding.Path == "hash");
        Assert.Equal((5, EvidenceSample.Entries[5].Hash), (finding.Entry!.Value, finding.Found));
        Assert.Equal(((MessageAccepted)EvidenceSample.Entries[5].Event).Message.MessageId, finding.Id);
        Assert.NotEqual(finding.Expected, finding.Found);
    }

    [Fact]
    public void A_changed_sum_is_found_with_what_it_should_be()
    {
        var report = EvidenceVerifier.Verify(Replace(Good, "\"costUsd\": 0.256", "\"costUsd\": 0.156"));
        var finding = Assert.Single(report.Findings);
        Assert.Equal((EvidenceFault.SummaryMismatch, "usage.total.costUsd"), (finding.Fault, finding.Path));
        Assert.Equal(("0.256", "0.156"), (finding.Expected, finding.Found));
    }

    [Fact]
    public void A_dropped_entry_is_found()
    {
        var report = Tampered(file => file["entries"]!.AsArray().RemoveAt(3));
        Assert.Contains(report.Findings, finding => finding is { Fault: EvidenceFault.BrokenLink, Entry: 3, Path: "prev" });
    }

    [Fact]
    public void Swapped_entries_are_found()
    {
        var report = Tampered(file =>
        {
            var entries = file["entries"]!.AsArray();
            var entry = entries[3];
            entries.RemoveAt(3);
            entries.Insert(2, entry);
        });
        Assert.Contains(report.Findings, finding => finding is { Fault: EvidenceFault.BrokenLink, Entry: 2 });
    }

    [Fact]
    public void A_wrong_hash_alone_is_found_once_at_its_entry()
    {
        var report = Tampered(file => file["entries"]![4]!["hash"] = ContentHash.Prefix + new string('0', 64));
        var finding = Assert.Single(report.Findings);
        Assert.Equal((EvidenceFault.HashMismatch, 4), (finding.Fault, finding.Entry!.Value));
    }

    [Fact]
    public void An_added_field_is_found_in_the_file_and_in_an_entry()
    {
        Assert.Contains(Tampered(file => file["extra"] = 1).Findings, finding => finding is { Path: "extra", Found: "1" });
        Assert.Contains(
            Tampered(file => file["entries"]![2]!["event"]!["extra"] = 1).Findings,
            finding => finding is { Fault: EvidenceFault.UnreadableEntry, Entry: 2, Path: "event.extra" });
    }

    [Fact]
    public void A_forged_pass_is_found_even_where_every_hash_was_computed_anew()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        var events = dialogue.Decisions.SelectMany(decision => decision.Events).ToList();
        var verdict = (MessageAccepted)events[^1];
        events[^1] = verdict with { Message = verdict.Message with { Verdict = Verdict.Pass } };
        events.Add(new ThreadEnded { At = verdict.At, EndState = EndState.Pass, Reason = EndReason.Verified });
        var finding = Assert.Single(EvidenceVerifier.Verify(Forge(events)).Findings);
        Assert.Equal((EvidenceFault.RuleBroken, 3), (finding.Fault, finding.Entry!.Value));
        Assert.Contains("unsupported_pass", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_end_is_found()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        var events = dialogue.Decisions.SelectMany(decision => decision.Events).ToList();
        EndReason[] fromOutside = [EndReason.Cancelled, EndReason.InternalError, EndReason.AgentUnreachable];
        foreach (var reason in Enum.GetValues<EndReason>().Except(fromOutside))
        {
            var end = new ThreadEnded { At = dialogue.Now, EndState = EndState.Blocked, Reason = reason };
            var report = EvidenceVerifier.Verify(Forge([.. events, end]));
            Assert.Contains(report.Findings, finding => finding is { Fault: EvidenceFault.RuleBroken, Entry: 3 });
        }
    }

    [Fact]
    public void An_end_that_the_rules_demand_cannot_be_left_out()
    {
        var entries = EvidenceSample.Entries;
        var report = EvidenceVerifier.Verify(Forge([.. entries.Take(entries.Count - 1).Select(entry => entry.Event)]));
        Assert.Contains(report.Findings, finding => finding.Message.Contains("missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_forged_gate_is_found()
    {
        var opening = (ThreadOpening)EvidenceSample.Entries[0].Event;
        var forged = opening with { Gate = new GateReport(GateOutcome.Approved, [new("r", GateOutcome.Denied, "No.")]) };
        var report = EvidenceVerifier.Verify(Forge([forged, .. EvidenceSample.Entries.Skip(1).Select(entry => entry.Event)]));
        Assert.Contains(
            report.Findings,
            finding => finding is { Fault: EvidenceFault.RuleBroken, Entry: 0, Path: "event.gate.outcome" });
    }

    [Theory]
    [InlineData(CostSource.PriceTable)]
    [InlineData(CostSource.Unpriced)]
    public void A_forged_cost_is_found(CostSource source)
    {
        var events = EvidenceSample.Entries.Select(entry => entry.Event).ToList();
        var at = events.FindIndex(
            happened => happened is MessageAccepted { Message.Usage: { } spent } && spent.CostSource == source);
        var accepted = (MessageAccepted)events[at];
        var usage = accepted.Message.Usage! with { CostUsd = 0.001m };
        events[at] = accepted with { Message = accepted.Message with { Usage = usage } };
        var finding = Assert.Single(EvidenceVerifier.Verify(Forge(events)).Findings);
        Assert.Equal((EvidenceFault.CostMismatch, at, "0.001"), (finding.Fault, finding.Entry!.Value, finding.Found));
    }

    [Fact]
    public void A_senders_cost_stands_beside_the_tables_and_neither_can_be_forged()
    {
        var entries = Disputed();
        var file = EvidenceFile.Of(entries);
        Assert.Equal([new CostDisagreement(2, Dialogue.Verifier, "m", 0.004m, 0.003075m)], file.Usage.Disagreements);
        Assert.Equal(0.004m + 0.003075m + 0.0031m, file.Usage.Total.CostUsd);
        Assert.True(EvidenceVerifier.Verify(file.ToUtf8()).Holds);

        var events = entries.Select(entry => entry.Event).ToList();
        var accepted = (MessageAccepted)events[2];
        var usage = accepted.Message.Usage! with { ComputedUsd = 0.004m };
        events[2] = accepted with { Message = accepted.Message with { Usage = usage } };
        var finding = Assert.Single(EvidenceVerifier.Verify(Forge(events)).Findings);
        Assert.Equal(
            (EvidenceFault.CostMismatch, "event.message.usage.computedUsd", "0.003075"),
            (finding.Fault, finding.Path, finding.Expected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"entries\":[]}")]
    [InlineData("{\"entries\":{}}")]
    [InlineData("{\"entries\":[],\"entries\":[]}")]
    public void What_is_no_evidence_is_said_to_be_none(string json) =>
        Assert.Equal(
            EvidenceFault.NoEvidence,
            Assert.Single(EvidenceVerifier.Verify(Encoding.UTF8.GetBytes(json)).Findings).Fault);

    [Theory]
    [InlineData("{\"entries\":[null]}")]
    [InlineData("{\"entries\":[{}]}")]
    [InlineData("{\"entries\":[{\"ordinal\":0,\"event\":{\"type\":\"surprise\"},\"prev\":\"\",\"hash\":\"\"}]}")]
    [InlineData("{\"entries\":[{\"ordinal\":0,\"event\":{\"at\":\"2026-11-23T08:00:00Z\"},\"prev\":\"\",\"hash\":\"\"}]}")]
    public void An_entry_that_cannot_be_read_is_named(string json) => Assert.Contains(
        EvidenceVerifier.Verify(Encoding.UTF8.GetBytes(json)).Findings,
        finding => finding is { Fault: EvidenceFault.UnreadableEntry, Entry: 0 });

    [Fact]
    public void A_worst_case_that_is_not_what_its_price_gives_is_found()
    {
        var report = Tampered(file => file["entries"]![7]!["event"]!["worstCase"]!["costUsd"] = 0.1m);
        Assert.Contains(report.Findings, finding => finding is
        {
            Fault: EvidenceFault.CostMismatch, Entry: 7, Path: "event.worstCase.costUsd", Expected: "0.405", Found: "0.1",
        });
    }

    [Fact]
    public void Nulls_where_the_rules_expect_none_are_a_finding_and_no_crash()
    {
        var report = Tampered(file => file["entries"]![10]!["event"]!["message"]!["checks"]![0] = null);
        Assert.Contains(report.Findings, finding => finding is { Fault: EvidenceFault.HashMismatch, Entry: 10 });
    }

    [Fact]
    public void A_large_body_is_checked_by_its_reference_alone()
    {
        var large = EvidenceSample.Entries.Single(entry => entry.Event is MessageAccepted { Message.Body: { Inline: null } });
        Assert.Equal(5002, ((MessageAccepted)large.Event).Message.Body!.Size);
    }

    private static EvidenceReport Tampered(Action<JsonNode> change)
    {
        var file = JsonNode.Parse(Good)!;
        change(file);
        var report = EvidenceVerifier.Verify(Encoding.UTF8.GetBytes(file.ToJsonString()));
        Assert.False(report.Holds);
        return report;
    }

    /// <summary>
    /// A dialogue with a cost that the table does not give, one that it gives, and one that it gives but for a rounding.
    /// </summary>
    private static List<TranscriptEntry> Disputed()
    {
        var prices = new PriceTable([new ModelPrice
        {
            Model = "m", From = Dialogue.Start, InputPerMillion = 3m, CacheWritePerMillion = 3.75m, OutputPerMillion = 15m,
        }]);
        var dialogue = Dialogue.Opened();
        var usage = new Usage { Model = "m", InputTokens = 1000, CacheWriteTokens = 100 };
        foreach (var cost in (decimal?[])[0.004m, null, 0.0031m])
        {
            var spent = usage with { CostUsd = cost };
            dialogue.Send(
                new() { MessageId = $"n{cost}", From = Dialogue.Verifier, Kind = MessageKind.Note, Usage = spent }, prices);
        }

        return [.. dialogue.Decisions.SelectMany(decision => decision.Entries)];
    }

    private static byte[] Forge(IReadOnlyList<ThreadEvent> events)
    {
        var entries = new List<TranscriptEntry>();
        foreach (var happened in events)
        {
            entries.Add(TranscriptEntry.Link(
                entries.Count,
                entries.Count == 0 ? ContentHash.Genesis : entries[^1].Hash,
                happened));
        }

        return EvidenceFile.Of(entries).ToUtf8();
    }

    private static bool Same(byte[] bytes, byte[] meaning)
    {
        try
        {
            return CanonicalJson.Canonicalize(bytes).AsSpan().SequenceEqual(meaning);
        }
        catch (CanonicalJsonException)
        {
            return false;
        }
    }

    private static byte[] Replace(byte[] utf8, string old, string replacement)
    {
        var text = Encoding.UTF8.GetString(utf8);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal));
    }
}
