using DurableMesh.Core.Wire;

namespace DurableMesh.Agents;

/// <summary>How an agent's runner works.</summary>
public sealed record MeshAgentOptions
{
    /// <summary>The agent's id.</summary>
    public required string Agent { get; init; }

    /// <summary>How many messages are answered at once, of different threads: 1 to 256.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>
    /// The kinds of messages that are answered; empty for all that give the agent the move. A finding, which does not, is
    /// answered where it is named here; a note never is.
    /// </summary>
    public IReadOnlyList<MessageKind> Only { get; init; } = [];

    /// <summary>How long one run may take; then it is ended, and counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>For how long a message whose run fails is tried again, from the first try on.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What one run can cost at most, in US dollars, reserved before each; null to reserve nothing.</summary>
    public decimal? WorstCaseUsd { get; init; }

    /// <summary>
    /// What a run costs that does not say so, in US dollars; null where it then costs what was reserved for it, or nothing where
    /// nothing was.
    /// </summary>
    public decimal? CostPerRunUsd { get; init; }

    /// <summary>The key that the runner asks with; taken out of all that is sent. Null for none.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// For how long a message is kept for this runner when the mesh does not hear of it: 1 second to 10 minutes. It says three
    /// times in that time that it is at work; when it could not for all of it, another runner may have the message, and the run
    /// is ended.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The machine, for people who look at who is at work. Where the registry names another one, the runner says so at its start.
    /// </summary>
    public string Device { get; init; } = Environment.MachineName;

    /// <summary>Where each thread's work is done.</summary>
    public Workspaces.IWorkspaces Workspaces { get; init; } = new Workspaces.SharedFolder(Environment.CurrentDirectory);

    /// <summary>Called when there was work and there is none now: a good moment to give memory back.</summary>
    public Action? Resting { get; init; }

    /// <summary>Gets the receipt of everything that is sent.</summary>
    public Action<Receipt>? Sent { get; init; }
}
