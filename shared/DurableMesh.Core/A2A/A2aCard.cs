using System.Text.Json.Nodes;

namespace DurableMesh.Core.A2A;

/// <summary>What an agent says of itself, for clients to find it.</summary>
public sealed record A2aCard
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Description { get; init; }

    /// <summary>Where it is spoken to, the preferred way first.</summary>
    public required IReadOnlyList<A2aInterface> SupportedInterfaces { get; init; }

    /// <summary>Whose it is.</summary>
    public A2aProvider? Provider { get; init; }

    /// <summary>The agent's version.</summary>
    public required string Version { get; init; }

    /// <summary>What it can do.</summary>
    public required A2aCapabilities Capabilities { get; init; }

    /// <summary>How a client says who it is; none where no key is needed.</summary>
    public IReadOnlyDictionary<string, A2aSecurityScheme>? SecuritySchemes { get; init; }

    /// <summary>Which of the schemes are needed.</summary>
    public IReadOnlyList<A2aSecurityRequirement>? SecurityRequirements { get; init; }

    /// <summary>The media types that it takes.</summary>
    public required IReadOnlyList<string> DefaultInputModes { get; init; }

    /// <summary>The media types that it answers with.</summary>
    public required IReadOnlyList<string> DefaultOutputModes { get; init; }

    /// <summary>What it is good for.</summary>
    public required IReadOnlyList<A2aSkill> Skills { get; init; }
}

/// <summary>Where, and how, an agent is spoken to.</summary>
/// <param name="Url">The address.</param>
/// <param name="ProtocolBinding"><c>JSONRPC</c> or <c>HTTP+JSON</c>.</param>
/// <param name="ProtocolVersion">The version of A2A.</param>
public sealed record A2aInterface(string Url, string ProtocolBinding, string ProtocolVersion);

/// <summary>Whose an agent is.</summary>
/// <param name="Organization">The company.</param>
/// <param name="Url">Where more is said of it.</param>
public sealed record A2aProvider(string Organization, string Url);

/// <summary>What an agent can do besides answering.</summary>
public sealed record A2aCapabilities
{
    /// <summary>Whether it streams.</summary>
    public bool Streaming { get; init; } = true;

    /// <summary>Whether it tells clients how a task goes on.</summary>
    public bool PushNotifications { get; init; } = true;

    /// <summary>Whether it says more of itself to whom it knows.</summary>
    public bool ExtendedAgentCard { get; init; } = true;

    /// <summary>The extensions that it knows.</summary>
    public required IReadOnlyList<A2aExtension> Extensions { get; init; }
}

/// <summary>An extension.</summary>
/// <param name="Uri">Names it.</param>
/// <param name="Description">What it is.</param>
/// <param name="Required">Whether nothing goes without it.</param>
/// <param name="Params">The fields that it has.</param>
public sealed record A2aExtension(string Uri, string Description, bool Required, JsonObject Params);

/// <summary>What an agent is good for.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Description">What it is.</param>
/// <param name="Tags">Words for it.</param>
public sealed record A2aSkill(string Id, string Name, string Description, IReadOnlyList<string> Tags);

/// <summary>How a client says who it is.</summary>
public sealed record A2aSecurityScheme
{
    /// <summary>By the header <c>Authorization</c>.</summary>
    public required A2aHttpAuth HttpAuthSecurityScheme { get; init; }
}

/// <summary>The header <c>Authorization</c>.</summary>
/// <param name="Scheme">The scheme.</param>
/// <param name="Description">Where the credentials come from.</param>
public sealed record A2aHttpAuth(string Scheme, string Description);

/// <summary>Schemes that are needed together.</summary>
/// <param name="Schemes">Each with the scopes that it must have.</param>
public sealed record A2aSecurityRequirement(IReadOnlyDictionary<string, A2aStrings> Schemes);

/// <summary>A list of texts.</summary>
/// <param name="List">The texts.</param>
public sealed record A2aStrings(IReadOnlyList<string> List);
