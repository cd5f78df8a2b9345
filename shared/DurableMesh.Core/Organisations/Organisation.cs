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

    /// <summary>
    /// The ids of the agents of which the file does not say whether they are enabled: new ones are, and others stay as they are.
    /// </summary>
    public IReadOnlySet<string> Unswitched { get; init; } = new HashSet<string>();

    /// <summary>The rows of the authority table.</summary>
    public IReadOnlyList<AuthorityRow> Authority { get; init; } = [];

    /// <summary>The MC tasks.</summary>
    public IReadOnlyList<CreateTaskRequest> Tasks { get; init; } = [];
}
