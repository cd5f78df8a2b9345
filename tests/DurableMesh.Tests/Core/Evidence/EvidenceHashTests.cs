using DurableMesh.Core.Evidence;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;

namespace DurableMesh.Tests.Core.Evidence;

/// <summary>Each hash of an evidence file is that of what it claims to be, also where a forger linked the chain anew.</summary>
public sealed class EvidenceHashTests
{
    private static readonly string Bogus = new('b', 64);

    [Fact]
    public void A_content_hash_that_is_not_the_contents_is_found_in_every_message()
    {
        var messages = EvidenceSample.Entries.Where(entry => entry.Event is MessageAccepted).ToList();
        Assert.All(messages, entry =>
        {
            var findings = Forge(entry.Ordinal, happened => ((MessageAccepted)happened) is var accepted
                ? accepted with { Message = accepted.Message with { ContentHash = Bogus } }
                : happened);
            Assert.Contains(findings, finding => finding.Entry == entry.Ordinal && finding.Path == "event.message.contentHash");
        });
    }

    [Fact]
    public void A_hash_that_is_none_is_found()
    {
        AssertFound("event.thread.requestHash", 0, one => With(one, thread => thread with { RequestHash = "nothing" }));
        AssertFound("event.gate.policyHash", 0, one => ((ThreadOpening)one) with
        {
            Gate = ((ThreadOpening)one).Gate with { PolicyHash = Bogus.ToUpperInvariant() },
        });
        AssertFound("event.thread.body.sha256", 0, one => WithBody(one, "x"));
        AssertFound("event.thread.body", 0, one => WithBody(one, Bogus));
        AssertFound("event.message.artifacts.sha256", 2, one => ((MessageAccepted)one) with
        {
            Message = ((MessageAccepted)one).Message with { Artifacts = [new Artifact { Name = "a", Sha256 = "a" }] },
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(99)]
    public void Rules_that_are_not_known_are_not_taken_for_others(int rules) =>
        AssertFound("event.thread.rules", 0, one => With(one, thread => thread with { Rules = rules }));

    [Fact]
    public void A_cost_below_its_price_is_found()
    {
        var message = ((MessageAccepted)EvidenceSample.Entries[2].Event).Message;
        Assert.NotNull(message.Usage!.Price);
        AssertFound("event.message.usage.costUsd", 2, one => ((MessageAccepted)one) with
        {
            Message = message with
            {
                Usage = message.Usage with { CostSource = CostSource.Sender, CostUsd = 0, ComputedUsd = message.Usage.CostUsd },
            },
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_usage_of_nothing_and_none_have_their_own_hashes_which_both_hold(bool isReported)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Decide(new ReservationAsked(Dialogue.Builder, ReservationTests.Usd(0.5m)));
        dialogue.Send(new()
        {
            MessageId = "b",
            From = Dialogue.Builder,
            Kind = MessageKind.Submission,
            Usage = isReported ? new Usage() : null,
        });

        var file = EvidenceFile.Of([.. dialogue.Decisions.SelectMany(decision => decision.Entries)]);
        Assert.Empty(EvidenceVerifier.Verify(file.ToUtf8()).Findings);
    }

    private static void AssertFound(string path, int ordinal, Func<ThreadEvent, ThreadEvent> change) =>
        Assert.Contains(Forge(ordinal, change), finding => finding.Entry == ordinal && finding.Path == path);

    private static ThreadOpening WithBody(ThreadEvent opening, string sha256) =>
        With(opening, thread => thread with { Body = thread.Body! with { Sha256 = sha256 } });

    private static ThreadOpening With(ThreadEvent opening, Func<ThreadStart, ThreadStart> change) =>
        ((ThreadOpening)opening) with { Thread = change(((ThreadOpening)opening).Thread) };

    private static IReadOnlyList<EvidenceFinding> Forge(int ordinal, Func<ThreadEvent, ThreadEvent> change)
    {
        var entries = new List<TranscriptEntry>();
        foreach (var entry in EvidenceSample.Entries)
        {
            entries.Add(TranscriptEntry.Link(
                entries.Count,
                entries.Count == 0 ? ContentHash.Genesis : entries[^1].Hash,
                entry.Ordinal == ordinal ? change(entry.Event) : entry.Event));
        }

        return EvidenceVerifier.Verify(EvidenceFile.Of(entries).ToUtf8()).Findings;
    }
}
