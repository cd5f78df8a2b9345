using DurableMesh.Core.Policy;

namespace DurableMesh.Functions.Gate;

/// <summary>The policy of the mesh at the moment.</summary>
public interface IPolicySource
{
    /// <summary>The newest policy that could be read. Cheap; each call may answer a newer one.</summary>
    MeshPolicy Current { get; }

    /// <summary>Why the newest version of the policy is not in force; null when it is.</summary>
    string? Failure { get; }
}
