using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>A run that is going on: sends findings and notes at once, holds the turn back, and counts what is spent.</summary>
internal sealed class ActiveRun(
    RunRecord record,
    AgentTurn turn,
    string agent,
    Action<RunRecord> keep,
    Func<RunRecord, AgentReply, int, CancellationToken, Task> sendAside) : AgentRun
{
    private readonly Lock _gate = new();
    private JsonText? _session = record.Session;
    private int _asides;

    /// <inheritdoc/>
    public override AgentTurn Turn => turn;

    /// <inheritdoc/>
    public override string Agent => agent;

    /// <inheritdoc/>
    public override int Attempt => record.Attempt;

    /// <inheritdoc/>
    public override string Mark => record.Mark!;

    /// <inheritdoc/>
    public override string Folder => Workspace ?? throw new InvalidOperationException("The folder is not prepared yet.");

    /// <summary>The folder, once it is prepared.</summary>
    public string? Workspace { get; set; }

    /// <summary>Why the run has no use any more; null while it has.</summary>
    public string? Useless { get; set; }

    /// <inheritdoc/>
    public override JsonText? Session => _session;

    /// <summary>The turn that was said; null where none was.</summary>
    public AgentReply? SaidTurn { get; private set; }

    /// <summary>Why what was said makes the run a failure; null where it does not.</summary>
    public RunEnd.Refused? Contradiction { get; private set; }

    /// <summary>What was spent; null where nothing was told.</summary>
    public Usage? Usage { get; private set; }

    /// <inheritdoc/>
    public override Task KeepAsync(JsonText session, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _session = session;
            keep(record with { Session = session });
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task SayAsync(AgentReply reply, CancellationToken cancellation)
    {
        if (reply.Usage is { } usage)
        {
            Spent(usage);
        }

        if (!reply.Kind.IsMove())
        {
            await sendAside(record, reply, Interlocked.Increment(ref _asides), cancellation);
            return;
        }

        lock (_gate)
        {
            if (SaidTurn is { } before && !IsSame(before, reply))
            {
                Contradiction = new RunEnd.Refused(
                    "two_turns", $"The run said a {before.Kind} and then another {reply.Kind}: say one, once.");
            }

            SaidTurn ??= reply;
        }
    }

    /// <inheritdoc/>
    public override void Spent(Usage usage)
    {
        lock (_gate)
        {
            Usage = UsageSum.Of(Usage, usage);
        }
    }

    private static bool IsSame(AgentReply one, AgentReply other) =>
        (one.Kind, one.Verdict, one.Body, one.InReplyTo) == (other.Kind, other.Verdict, other.Body, other.InReplyTo)
        && one.Checks.SequenceEqual(other.Checks)
        && one.Artifacts.SequenceEqual(other.Artifacts);
}
