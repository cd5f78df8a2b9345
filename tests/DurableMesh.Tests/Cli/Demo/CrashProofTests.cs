using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Cli;
using DurableMesh.Cli.Demo;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Demo;

public sealed class CrashProofTests
{
    private static readonly IReadOnlyList<MessageView> Dialogue =
    [
        Sample.Message(MessageKind.Brief, 1),
        Sample.Message(MessageKind.Submission, 2),
        Sample.Message(MessageKind.Finding, 3),
        Sample.Message(MessageKind.Finding, 4),
        Sample.Message(MessageKind.Verdict, 5),
    ];

    private static readonly IReadOnlyList<string> Printed = [.. Dialogue.Skip(2).Select(Print)];

    [Fact]
    public void A_dialogue_that_is_whole_is_proven_whole() => Assert.True(Prove(Dialogue, Dialogue, Printed).Holds);

    [Fact]
    public void A_gap_is_found()
    {
        MessageView[] gapped = [.. Dialogue.Where(message => message.Sequence != 3)];

        Assert.False(Prove(gapped, Dialogue, Printed).Findings[0].Holds);
    }

    [Fact]
    public void The_same_message_under_two_sequences_is_found()
    {
        MessageView[] doubled = [.. Dialogue, Dialogue[^1] with { Sequence = 6 }];

        var proof = Prove(doubled, doubled, Printed);

        Assert.Equal([true, false, true, false], proof.Findings.Select(finding => finding.Holds));
    }

    [Fact]
    public void A_message_that_was_seen_and_is_another_one_now_is_found()
    {
        MessageView[] changed = [.. Dialogue];
        changed[2] = changed[2] with { MessageId = "other" };

        Assert.False(Prove(changed, Dialogue, Printed).Findings[2].Holds);
    }

    [Fact]
    public void A_reply_that_was_printed_and_never_arrived_is_found() =>
        Assert.False(Prove(Dialogue, Dialogue, [.. Printed, Print(Sample.Message(MessageKind.Finding, 9))]).Findings[3].Holds);

    private static CrashProof Prove(
        IReadOnlyList<MessageView> messages, IReadOnlyList<MessageView> seen, IReadOnlyList<string> printed) =>
        CrashProof.Of(messages, seen, Sample.Verifier, printed);

    private static string Print(MessageView message) => JsonSerializer.Serialize(
        new AgentReply { Kind = message.Kind, Body = message.Body, InReplyTo = message.InReplyTo }, CliJson.Context.AgentReply);
}
