using System.Collections.Frozen;
using System.Text.Json.Serialization;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// Where a body is not what the type that is made of it says. A test holds all of them against the readers: which fields one
/// knows, and which it misses.
/// </summary>
internal static class RequestShapes
{
    /// <summary>What the reader fills in, though the type demands it; sometimes only where something else is said.</summary>
    public static FrozenSet<(Type Type, string Field)> MayBeLeftOut { get; } = FrozenSet.Create(
        (typeof(AgentView), "id"),
        (typeof(AgentView), "enabled"),
        (typeof(CompanyView), "id"),
        (typeof(FinalizeRequest), "plumbing"),
        (typeof(LeaseRequest), "for"),
        (typeof(RotateKeyRequest), "overlap"),
        (typeof(WorkflowDefinition), "actor"),
        (typeof(WorkflowStep), "title"),
        (typeof(WorkflowStep), "endState"));

    /// <summary>What the reader demands, though the type does not.</summary>
    public static FrozenSet<(Type Type, string Field)> MustStand { get; } = FrozenSet.Create(
        (typeof(AgentView), "roles"),
        (typeof(WorkflowDefinition), "steps"));
}

/// <summary>The body of <c>PUT /authority</c>; it may be what <c>GET</c> gave, with other rows.</summary>
internal sealed record ReplaceAuthorityRequest
{
    /// <summary>All rows of the new table.</summary>
    public required IReadOnlyList<AuthorityRow> Rows { get; init; }

    /// <summary>Who changes it; may be left out where a key says it.</summary>
    public string? By { get; init; }

    /// <summary>Set by the mesh; does not matter here.</summary>
    public int? Version { get; init; }

    /// <summary>Set by the mesh; does not matter here.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Set by the mesh; does not matter here.</summary>
    public string? ChangedBy { get; init; }
}

/// <summary>The body of <c>POST /agents/{id}/keys</c>.</summary>
internal sealed record IssueAgentKeyRequest
{
    /// <summary>What the key is to allow; read and send where it is not given.</summary>
    public IReadOnlyList<Scope>? Scopes { get; init; }

    /// <summary>How long it is to work; without end where it is not given.</summary>
    public TimeSpan? Lifetime { get; init; }
}

/// <summary>The body of <c>POST /keys</c>.</summary>
internal sealed record IssueOperatorKeyRequest
{
    /// <summary>The operator's name.</summary>
    public required string Operator { get; init; }

    /// <summary>What the key is to allow; everything where it is not given.</summary>
    public IReadOnlyList<Scope>? Scopes { get; init; }

    /// <summary>How long it is to work; without end where it is not given.</summary>
    public TimeSpan? Lifetime { get; init; }
}

/// <summary>The body of <c>POST /costs/baseline</c>.</summary>
internal sealed record ImportBaselineRequest
{
    /// <summary>The file's hash: <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public required string File { get; init; }

    /// <summary>The file's name, for people.</summary>
    public string? Name { get; init; }

    /// <summary>Its lines: at most 1000 in one request.</summary>
    public required IReadOnlyList<ImportedLine> Lines { get; init; }
}

/// <summary>A line of an imported file. It names a pair (<c>pair</c>, or initiator and responder) or one agent.</summary>
internal sealed record ImportedLine
{
    /// <summary>Which line of the file it is, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The pair as <c>INITIATOR/RESPONDER</c>.</summary>
    public string? Pair { get; init; }

    /// <summary>The agent that builds.</summary>
    public string? Initiator { get; init; }

    /// <summary>The agent that verifies.</summary>
    public string? Responder { get; init; }

    /// <summary>The agent, where it worked alone.</summary>
    public string? Agent { get; init; }

    /// <summary>What for.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The week of ISO 8601, for instance <c>2026-W48</c>; or the date.</summary>
    public string? Week { get; init; }

    /// <summary>The day (UTC); or the week.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Lines that name the same run are one run.</summary>
    public string? Run { get; init; }

    /// <summary>The model, as the price table names it.</summary>
    public string? Model { get; init; }

    /// <summary>All input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>The input tokens that came from a cache.</summary>
    public long? CachedInputTokens { get; init; }

    /// <summary>The input tokens that went into a cache.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>US dollars; computed from the price table where it is not given.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>How long it took.</summary>
    public decimal? Seconds { get; init; }

    /// <summary>How many submissions it took.</summary>
    public int? Rounds { get; init; }

    /// <summary>How it ended.</summary>
    public Verdict? Verdict { get; init; }
}

/// <summary>What bounds all runs of a surface together.</summary>
internal sealed record SurfaceLimitsRequest
{
    /// <summary>US dollars, more than zero.</summary>
    public required decimal CostCapUsd { get; init; }

    /// <summary>How long it lives; 30 days where it is not given.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The most runs; 1000 where it is not given.</summary>
    public int? Runs { get; init; }
}

/// <summary>The body of <c>POST /surfaces/agents</c>.</summary>
internal sealed record StartFactoryAgentRequest
{
    /// <summary>What it is called: of a to z, 0 to 9 and -.</summary>
    public required string Name { get; init; }

    /// <summary>The agent that builds, by id or alias.</summary>
    public required string Builder { get; init; }

    /// <summary>The agent that verifies, by id or alias; another one.</summary>
    public required string Verifier { get; init; }

    /// <summary>What bounds it.</summary>
    public required SurfaceLimitsRequest Limits { get; init; }
}

/// <summary>The body of <c>POST /surfaces/schedules</c>.</summary>
internal sealed record AddScheduleRequest
{
    /// <summary>Nobody and nothing, to hold a body against when only its shape matters.</summary>
    [JsonIgnore]
    public static WorkflowSurroundings Around { get; } =
        new(AgentRegistry.Empty, AuthorityTables.Empty.Current, MeshPolicy.Standard, DateTimeOffset.UnixEpoch);

    /// <summary>What it is called: of a to z, 0 to 9 and -.</summary>
    public required string Name { get; init; }

    /// <summary>A cron expression of five fields, or of six with seconds first.</summary>
    public required string Cron { get; init; }

    /// <summary>The IANA time zone; <c>Etc/UTC</c> where it is not given.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What becomes of fires that nobody was there for.</summary>
    public MissedFires? Missed { get; init; }

    /// <summary>What each fire starts; it must name its MC task.</summary>
    public required WorkflowDefinition Workflow { get; init; }

    /// <summary>What bounds all runs together.</summary>
    public required SurfaceLimitsRequest Limits { get; init; }
}
