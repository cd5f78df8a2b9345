using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>What can be said, from the transcript alone, about whether a crash lost or doubled anything.</summary>
/// <param name="Findings">Each claim, and whether it holds.</param>
internal sealed record CrashProof(IReadOnlyList<(bool Holds, string Words)> Findings)
{
    /// <summary>Whether every claim holds.</summary>
    public bool Holds => Findings.All(finding => finding.Holds);

    /// <summary>Looks for what is missing and what is there twice.</summary>
    /// <param name="messages">The transcript, read again from its beginning after the end.</param>
    /// <param name="seen">The messages as they were seen live, before and after the crash.</param>
    /// <param name="verifier">The agent whose prints were written down.</param>
    /// <param name="printed">What it printed, one reply a line.</param>
    public static CrashProof Of(
        IReadOnlyList<MessageView> messages, IReadOnlyList<MessageView> seen, string verifier, IReadOnlyList<string> printed)
    {
        var numbered = messages.Select(message => message.Sequence).SequenceEqual(Enumerable.Range(1, messages.Count));
        var distinct = messages.DistinctBy(message => (message.From, message.MessageId)).Count() == messages.Count;
        var kept = seen.Select(Identity).SequenceEqual(messages.Select(Identity));
        var said = printed.Select(line => JsonSerializer.Deserialize(line, CliJson.Context.AgentReply)!).ToList();
        var sent = messages.Where(message => message.From == verifier).ToList();
        var complete = said.Select(Content).SequenceEqual(sent.Select(Content));
        return new CrashProof(
        [
            (numbered, $"nothing missing: the sequence runs from 1 to {messages.Count} without a gap"),
            (distinct, $"nothing doubled: {messages.Count} messages, {messages.Count} ids"),
            (kept, $"nothing forgotten: all {seen.Count} messages seen live are in the transcript as they were seen"),
            (complete, $"nothing swallowed: each of the {said.Count} replies that the verifier printed is there once, in order"),
        ]);
    }

    private static (int, string, string) Identity(MessageView message) => (message.Sequence, message.From, message.MessageId);

    private static (MessageKind, int?, string?) Content(AgentReply reply) => (reply.Kind, reply.InReplyTo, reply.Body?.Text);

    private static (MessageKind, int?, string?) Content(MessageView message) =>
        (message.Kind, message.InReplyTo, message.Body?.Text);
}
