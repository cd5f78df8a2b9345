using DurableMesh.Core.Authority;
using DurableMesh.Core.Money;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Gate;

/// <summary>All that the gate's rules may look at.</summary>
public sealed record GateInput
{
    /// <summary>The thread that wants in, its trust decision pinned.</summary>
    public required ThreadStart Thread { get; init; }

    /// <summary>The party that builds.</summary>
    public required GateParty Initiator { get; init; }

    /// <summary>The party that verifies.</summary>
    public required GateParty Responder { get; init; }

    /// <summary>The MC task; null where there is none of that id.</summary>
    public MissionTask? Task { get; init; }

    /// <summary>
    /// What the authority table says of the pair, in the version that is pinned into the thread; null where there is no pair.
    /// </summary>
    public AuthorityDecision? Authority { get; init; }

    /// <summary>The policy in force.</summary>
    public required MeshPolicy Policy { get; init; }

    /// <summary>The present instant.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>One party of a thread that wants in, and what it is busy with.</summary>
/// <param name="Name">What the request calls it.</param>
/// <param name="Agent">Its row in the registry; null where it has none.</param>
/// <param name="Company">Its company; null where the registry has none of that id.</param>
/// <param name="OpenThreads">Open threads that it takes part in.</param>
/// <param name="AgentSpentUsd">What it has spent today (UTC), in US dollars.</param>
/// <param name="CompanySpentUsd">What its company has spent today (UTC), in US dollars.</param>
public sealed record GateParty(
    string Name,
    AgentView? Agent,
    CompanyView? Company,
    int OpenThreads = 0,
    decimal AgentSpentUsd = 0,
    decimal CompanySpentUsd = 0);
