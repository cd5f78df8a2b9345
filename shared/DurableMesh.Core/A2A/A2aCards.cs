using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>The cards of the mesh and of its agents.</summary>
public static class A2aCards
{
    /// <summary>The version of A2A that is spoken.</summary>
    public const string Version = "1.0";

    /// <summary>Stands for the mesh in the place of an agent's id, which no agent can have.</summary>
    public const string Mesh = "-";

    private const string Bearer = "bearer";

    private static readonly string[] Inputs = ["text/plain", "application/json", "application/octet-stream"];
    private static readonly string[] Outputs = ["text/plain", "application/json"];

    /// <summary>The mesh's card.</summary>
    /// <param name="address">Where the mesh is reached, without a slash at its end.</param>
    /// <param name="needsKey">Whether clients need a key.</param>
    /// <param name="agents">The agents, for whoever may know them; none for the public card.</param>
    public static A2aCard OfMesh(string address, bool needsKey, IReadOnlyList<AgentView> agents) => Card(
        "DurableMesh",
        "Lets agents hold bounded, durable dialogues about a task. Name the agent in the message (responder), or use its own card.",
        "1.0",
        address,
        Mesh,
        needsKey,
        agents.Count > 0
            ? [.. agents.Where(one => one.Enabled).Select(SkillOf)]
            :
            [
                new A2aSkill(
                    "dialogue",
                    "Ask an agent of the mesh",
                    "A dialogue with one of the mesh's agents; the extended card lists them.",
                    ["advice", "verification"]),
            ]);

    /// <summary>An agent's card.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="company">Its company; null where that is not known.</param>
    /// <param name="address">Where the mesh is reached, without a slash at its end.</param>
    /// <param name="needsKey">Whether clients need a key.</param>
    public static A2aCard OfAgent(AgentView agent, CompanyView? company, string address, bool needsKey) => Card(
        agent.Id,
        $"{agent.Id} of {company?.Name ?? agent.Company}{(company?.Domain is { } domain ? $" ({domain})" : "")}: "
            + $"{string.Join(", ", agent.Roles)}. A member of a DurableMesh: its work is bounded, and its verdicts have evidence.",
        FormattableString.Invariant($"{agent.Version}"),
        address,
        agent.Id,
        needsKey,
        [SkillOf(agent)]) with
    {
        Provider = new A2aProvider(company?.Name ?? agent.Company, address),
    };

    private static A2aCard Card(
        string name,
        string description,
        string version,
        string address,
        string id,
        bool needsKey,
        IReadOnlyList<A2aSkill> skills) => new()
        {
            Name = name,
            Description = description,
            Version = version,
            SupportedInterfaces =
            [
                new A2aInterface($"{address}/a2a/agents/{id}", "JSONRPC", Version),
                new A2aInterface($"{address}/a2a/agents/{id}", "HTTP+JSON", Version),
            ],
            Capabilities = new A2aCapabilities
            {
                Extensions =
                [
                    new A2aExtension(
                        A2aExtensionData.Uri,
                        "What a thread of the mesh needs besides a message, in the message's metadata under this name.",
                        Required: false,
                        A2aExtensionData.Describe()),
                ],
            },
            SecuritySchemes = !needsKey ? null : new Dictionary<string, A2aSecurityScheme>
            {
                [Bearer] = new()
                {
                    HttpAuthSecurityScheme = new A2aHttpAuth("Bearer", "A key of the mesh (mesh keys issue --agent)."),
                },
            },
            SecurityRequirements = !needsKey ? null :
            [
                new A2aSecurityRequirement(new Dictionary<string, A2aStrings> { [Bearer] = new([]) }),
            ],
            DefaultInputModes = Inputs,
            DefaultOutputModes = Outputs,
            Skills = skills,
        };

    private static A2aSkill SkillOf(AgentView agent) => new(
        agent.Id,
        agent.Id,
        $"{string.Join(", ", agent.Roles)} of {agent.Company}",
        agent.Roles.Count > 0 ? agent.Roles : [agent.Company]);
}
