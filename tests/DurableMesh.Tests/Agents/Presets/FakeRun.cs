using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Presets;

/// <summary>A run as a runner would make it, which remembers what was said, kept and spent.</summary>
internal sealed class FakeRun(string agent, AgentTurn turn, string folder, JsonText? session = null) : AgentRun
{
    public static Check[] Criteria { get; } =
    [
        new() { Id = "AC-1", Title = "the sum is right", Status = CheckStatus.Skipped, Required = true },
        new() { Id = "AC-2", Title = "it is documented", Status = CheckStatus.Skipped, Required = false },
    ];

    public static MessageView Brief { get; } = Sample.Message(MessageKind.Brief) with
    {
        Body = JsonText.OfString("Make add.py add."),
        Checks = Criteria,
    };

    public override AgentTurn Turn => turn;

    public override string Agent => agent;

    public override int Attempt => AttemptNumber;

    public int AttemptNumber { get; init; } = 1;

    public override string Mark { get; } = $"test-{Guid.NewGuid():N}";

    public override string Folder => folder;

    public override JsonText? Session => Kept.Count > 0 ? Kept[^1] : session;

    public List<JsonText> Kept { get; } = [];

    public List<AgentReply> Said { get; } = [];

    public List<Usage> Usages { get; } = [];

    public override Task KeepAsync(JsonText session, CancellationToken cancellation)
    {
        Kept.Add(session);
        return Task.CompletedTask;
    }

    public override Task SayAsync(AgentReply reply, CancellationToken cancellation)
    {
        Said.Add(reply);
        return Task.CompletedTask;
    }

    public override void Spent(Usage usage) => Usages.Add(usage);

    /// <summary>The builder's first turn.</summary>
    public static AgentTurn Begin() => new(Sample.Thread(), Brief, Brief, []);

    /// <summary>The builder's turn after a verdict.</summary>
    public static AgentTurn Rejected(int sequence = 4)
    {
        var verdict = Sample.Message(MessageKind.Verdict, sequence) with
        {
            Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "2 + 2 is 5", Location = "add.py:1" }],
        };
        return new AgentTurn(Sample.Thread() with { Round = 1 }, Brief, verdict, [verdict]);
    }

    /// <summary>The verifier's turn after a submission.</summary>
    public static AgentTurn Submitted(int sequence = 2, int round = 1)
    {
        var submission = Sample.Message(MessageKind.Submission, sequence);
        return new AgentTurn(Sample.Thread() with { Round = round }, Brief, submission, [submission]);
    }
}
