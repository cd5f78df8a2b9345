using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>How a client wants an orchestration started.</summary>
public record StartOrchestrationOptions
{
    /// <summary>Options.</summary>
    /// <param name="InstanceId">The instance id; null for a generated one.</param>
    /// <param name="StartAt">When to start; null or an instant in the past for at once.</param>
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
    {
        this.InstanceId = InstanceId;
        this.StartAt = StartAt;
    }

    /// <summary>The same options once more.</summary>
    /// <param name="options">The options.</param>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>The instance id, or null for a generated one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When to start, or null for at once.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>What the instance is tagged with.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The version that the instance runs as, or null for the default.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>
    /// The states, by name, in which an instance of the same id stands in the way of a start; null for the host's default.
    /// </summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}
