namespace DurableMesh.Simulation.Workload;

/// <summary>Something that a client asks for.</summary>
/// <param name="Number">Its place in the scenario, by which it can be left out.</param>
/// <param name="Client">Which client; one asks one thing after the other.</param>
/// <param name="Kind">What.</param>
/// <param name="Instance">Of which instance.</param>
/// <param name="Pause">How long the client thinks before it asks.</param>
/// <param name="Host">Chooses the host that is asked.</param>
internal sealed record ClientOperation(int Number, int Client, OperationKind Kind, string Instance, TimeSpan Pause, int Host)
{
    /// <summary>What a start runs.</summary>
    public Script? Script { get; init; }

    /// <summary>How long after it was asked for the start shall happen.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The name of the event that is raised.</summary>
    public string EventName { get; init; } = string.Empty;

    /// <summary>The event's id. Two operations may carry the same one.</summary>
    public string EventId { get; init; } = string.Empty;
}

/// <summary>The requests of the client that the workload makes.</summary>
internal enum OperationKind
{
    Start,
    Raise,
    Suspend,
    Resume,
    Terminate,
    TerminateAll,
    Purge,
    PurgeAll,
    Get,
    List,
    Restart,
    Await,
}
