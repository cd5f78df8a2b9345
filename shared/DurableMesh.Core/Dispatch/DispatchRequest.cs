using System.Text.Json.Serialization;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Dispatch;

/// <summary>The body of <c>POST /dispatch</c>: work for which the mesh finds the agents and the surface.</summary>
public sealed record DispatchRequest
{
    /// <summary>The MC task that it is about.</summary>
    public required string McTask { get; init; }

    /// <summary>Its priority.</summary>
    public Priority Priority { get; init; }

    /// <summary>What is to be done, and how it is judged: at least one criterion is required.</summary>
    public required Brief Brief { get; init; }

    /// <summary>The company whose work it is, by id or name; found where neither it nor the builder is named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Company { get; init; }

    /// <summary>The builder, by id or alias.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Initiator { get; init; }

    /// <summary>The verifier, by id or alias.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Responder { get; init; }

    /// <summary>What for the pair would use the mesh.</summary>
    public Pattern Pattern { get; init; } = Pattern.BuilderVerifier;

    /// <summary>The surface, where the authority table is not to choose it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Surface? Surface { get; init; }

    /// <summary>What bounds it; what is null comes from the defaults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DispatchLimits? Limits { get; init; }
}

/// <summary>What bounds a dispatch.</summary>
public sealed record DispatchLimits
{
    /// <summary>Time from the start to the forced end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Ttl { get; init; }

    /// <summary>US dollars, all tries together.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostCapUsd { get; init; }

    /// <summary>The turns of a thread of the mesh.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxTurns { get; init; }

    /// <summary>How often a sequential surface tries it, 1 to 10; three times where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tries { get; init; }
}

/// <summary>The answer to <c>POST /dispatch</c>.</summary>
public sealed record DispatchAnswer
{
    /// <summary>The surface that does it.</summary>
    public required Surface Surface { get; init; }

    /// <summary>Why that one.</summary>
    public required string Why { get; init; }

    /// <summary>The agents that do it.</summary>
    public required DispatchRoute Routed { get; init; }

    /// <summary>The thread that was started; null on a sequential surface and in a dry run.</summary>
    public string? ThreadId { get; init; }

    /// <summary>The run that was started; null in the mesh and in a dry run.</summary>
    public string? WorkflowId { get; init; }

    /// <summary>What the gate would have against it if it were asked now; it is asked when the thread starts.</summary>
    public required IReadOnlyList<string> Doubts { get; init; }

    /// <summary>Where to look; null in a dry run.</summary>
    public DispatchLinks? Links { get; init; }
}

/// <summary>Whom work goes to.</summary>
/// <param name="Company">The id of the company whose work it is.</param>
/// <param name="Builder">The id of the agent that does it.</param>
/// <param name="Verifier">The id of the agent that checks it.</param>
/// <param name="Why">Every choice in words.</param>
public sealed record DispatchRoute(string Company, string Builder, string Verifier, string Why);

/// <summary>Where a dispatch can be looked at.</summary>
/// <param name="Self">The thread, or the run.</param>
/// <param name="Evidence">Its evidence.</param>
public sealed record DispatchLinks(string Self, string Evidence);
