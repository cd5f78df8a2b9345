using DurableMesh.TaskHub;

namespace DurableMesh.LocalHost;

/// <summary>Says to an app whether its own host runs the task hub, and since which recovery.</summary>
public interface IHubTerm
{
    /// <summary>
    /// How often this host has recovered the task hub that it owns now, from 1; null while it does not own the hub, or recovers it.
    /// </summary>
    int? Current { get; }
}

/// <summary><see cref="IHubTerm"/> of the hub in this process.</summary>
internal sealed class HubTerm(ITaskHubStatus hub) : IHubTerm
{
    public int? Current => hub.State is { Role: TaskHubRole.Owner, Term: var term } ? term : null;
}
