using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub;

/// <summary>What this host is to its task hub at the moment.</summary>
/// <param name="Role">Its part.</param>
/// <param name="Owner">While it stands by: who owns the hub, as far as that is known.</param>
/// <param name="Term">While it owns the hub and runs it: how often it has recovered the hub, from 1; 0 otherwise.</param>
internal sealed record TaskHubState(TaskHubRole Role, HubOwner? Owner = null, int Term = 0);

/// <summary>The parts that a host can have in its task hub.</summary>
internal enum TaskHubRole
{
    /// <summary>The storage has not said yet who owns the hub.</summary>
    Opening,

    /// <summary>Another host owns the hub; this one takes over when that one stops or dies.</summary>
    StandingBy,

    /// <summary>This host owns the hub and reads its log; requests wait.</summary>
    Recovering,

    /// <summary>This host owns the hub and runs it.</summary>
    Owner,
}

/// <summary>Says what this host is to its task hub, to those that answer requests.</summary>
internal interface ITaskHubStatus
{
    /// <summary>What it is now, as far as it knows: a host that stood still may have been succeeded.</summary>
    TaskHubState State { get; }

    /// <summary>
    /// What it is, once that is known for certain: it waits while the storage has not said who owns the hub, or this host
    /// recovers it, and makes sure of leases that ran out by this host's own clock.
    /// </summary>
    Task<TaskHubState> ConfirmAsync(CancellationToken cancellation);
}
