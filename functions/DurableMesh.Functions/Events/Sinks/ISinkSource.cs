namespace DurableMesh.Functions.Events.Sinks;

/// <summary>Sinks that are neither webhooks of operators nor named by the settings.</summary>
internal interface ISinkSource
{
    /// <summary>Completes when there may be others; ask for it, then read, then wait.</summary>
    Task NextChange { get; }

    /// <summary>The sinks as they are now.</summary>
    ValueTask<IReadOnlyList<IEventSink>> ReadAsync(CancellationToken cancellation);
}
