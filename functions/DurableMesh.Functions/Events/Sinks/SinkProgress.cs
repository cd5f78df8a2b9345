namespace DurableMesh.Functions.Events.Sinks;

/// <summary>
/// How far a sink was told, for all hosts alike: the blob <c>sinks/ID</c>, written over the version that was read.
/// </summary>
internal sealed record SinkProgress
{
    /// <summary>The position after what the sink has taken or was given up.</summary>
    public required EventCursor Position { get; init; }

    /// <summary>The host that tells it; null where none does.</summary>
    public string? Holder { get; init; }

    /// <summary>Until when the holder alone may.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>How many events it has taken.</summary>
    public long Delivered { get; init; }

    /// <summary>When it took the last.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Since when it takes none.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>How often the next event was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>When it is tried again.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>What went wrong last.</summary>
    public string? LastError { get; init; }
}
