using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.AI;

/// <summary>A run that remembers what its handler did.</summary>
internal sealed class FakeRun(string agent, AgentTurn turn, JsonText? session = null) : AgentRun
{
    public static MessageView Brief { get; } = Sample.Message(MessageKind.Brief) with
    {
        Body = JsonText.OfString("Keep quoted newlines. " + string.Concat(Enumerable.Repeat("The file has many rows. ", 200))),
        Checks =
        [
            new Check { Id = "AC-1", Title = "newline kept", Status = CheckStatus.Skipped, Required = true },
            new Check { Id = "AC-2", Title = "fast", Status = CheckStatus.Skipped, Required = false },
        ],
    };

    public override AgentTurn Turn => turn;

    public override string Agent => agent;

    public override int Attempt => 1;

    public override string Mark => "test";

    public override string Folder => Path.GetTempPath();

    public override JsonText? Session => Kept ?? session;

    public JsonText? Kept { get; private set; }

    public List<AgentReply> Said { get; } = [];

    public List<Usage> Usages { get; } = [];

    /// <summary>A run of the verifier, for the submission of a round.</summary>
    public static FakeRun Verify(int round = 1, JsonText? session = null, Refusal? refused = null)
    {
        var submission = Sample.Message(MessageKind.Submission, round * 2);
        var thread = Sample.Thread() with { Round = round, Awaiting = Sample.Verifier };
        return new FakeRun(Sample.Verifier, new AgentTurn(thread, Brief, submission, [submission], refused), session);
    }

    /// <summary>A run of the builder, for the brief or for a later message.</summary>
    public static FakeRun Build(MessageView? message = null, JsonText? session = null) =>
        new(Sample.Builder, new AgentTurn(Sample.Thread(), Brief, message ?? Brief, message is null ? [] : [message]), session);

    public override Task KeepAsync(JsonText session, CancellationToken cancellation)
    {
        Kept = session;
        return Task.CompletedTask;
    }

    public override Task SayAsync(AgentReply reply, CancellationToken cancellation)
    {
        Said.Add(reply);
        return Task.CompletedTask;
    }

    public override void Spent(Usage usage) => Usages.Add(usage);
}
