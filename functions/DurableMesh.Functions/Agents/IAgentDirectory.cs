using DurableMesh.Core.Agents;

namespace DurableMesh.Functions.Agents;

/// <summary>The agents that the mesh knows at the moment.</summary>
public interface IAgentDirectory
{
    /// <summary>The newest registry that could be read. Cheap; each call may answer a newer one.</summary>
    AgentRegistry Current { get; }

    /// <summary>Why the newest version of the registry is not in force; null when it is.</summary>
    string? Failure { get; }
}
