using DurableMesh.Core.Authority;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Organisations;

/// <summary>What an organisation file says: who there is, and what they may do. Every section may be missing.</summary>
public sealed record Organisation
{
    /// <summary>The companies.</summary>
    public IReadOnlyList<CompanyView> Companies { get; init; } = [];

    /// <summary>The agents.</summary>
    public IReadOnlyList<AgentView> Agents { get; init; } = [];

    /// <summary>The rows of the authority table.</summary>
    public IReadOnlyList<AuthorityRow> Authority { get; init; } = [];

    /// <summary>The MC tasks.</summary>
    public IReadOnlyList<CreateTaskRequest> Tasks { get; init; } = [];
}
