using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli;

/// <summary>A thread and messages as a mesh would show them.</summary>
internal static class Sample
{
    public const string ThreadId = "0f8fad5b-d9cb-469f-a165-70867728950e";
    public const string Builder = "codecraft-builder";
    public const string Verifier = "proveo-verifier";

    public static DateTimeOffset Start { get; } = new(2026, 11, 23, 5, 0, 0, TimeSpan.Zero);

    public static ThreadView Thread() => new()
    {
        ThreadId = ThreadId,
        State = ThreadPhase.Open,
        Pattern = Pattern.BuilderVerifier,
        McTask = "101959",
        Priority = Priority.M,
        Subject = "CSV reader handles quoted newlines",
        Initiator = Builder,
        Responder = Verifier,
        Awaiting = Builder,
        Round = 0,
        Turns = 0,
        Messages = 1,
        Findings = 0,
        Limits = new Limits(TimeSpan.FromMinutes(30), 20, 2m, 50, 2),
        Deadline = Start.AddMinutes(30),
        CreatedAt = Start,
        Usage = UsageTotals.Zero,
        Checks = new CheckCounts(0, 0, 1),
        Evidence = new EvidenceLink($"evidence/2026/11/{ThreadId}.json", Final: false, Head: null),
    };

    public static MessageView Message(MessageKind kind, int sequence = 1, string? from = null)
    {
        var sender = from ?? (kind is MessageKind.Finding or MessageKind.Verdict ? Verifier : Builder);
        return new MessageView
        {
            ThreadId = ThreadId,
            Sequence = sequence,
            MessageId = $"m-{sequence}",
            From = sender,
            To = sender == Builder ? Verifier : Builder,
            Kind = kind,
            Body = JsonText.OfString($"words of message {sequence}"),
            Verdict = kind == MessageKind.Verdict ? Verdict.Fail : null,
            SentAt = Start.AddSeconds(sequence),
            AcceptedAt = Start.AddSeconds(sequence),
        };
    }
}
