using DurableMesh.Core.Events;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>Somebody who is told of events, one after the other, until he has taken each.</summary>
/// <remarks>An implementer need not retry, nor remember what was told: the runner does. An event may come twice.</remarks>
internal interface IEventSink
{
    /// <summary>Its slug.</summary>
    string Id { get; }

    /// <summary>Where it is, for people; without secrets.</summary>
    string Address { get; }

    /// <summary>What it wants.</summary>
    EventFilter Filter { get; }

    /// <summary>From when on it is told; null for the moment in which it is told of for the first time.</summary>
    EventCursor? From { get; }

    /// <summary>Tells of one event. Throws whatever it likes where that fails.</summary>
    Task<SinkAnswer> TellAsync(StoredEvent happened, CancellationToken cancellation);
}

/// <summary>What a sink said to an event.</summary>
/// <param name="Failure">Why it did not take it; null where it did.</param>
/// <param name="IsGone">Whether it wants no more at all.</param>
/// <param name="RetryAfter">How long it wants to be left alone; null where it does not say.</param>
internal sealed record SinkAnswer(string? Failure, bool IsGone = false, TimeSpan? RetryAfter = null)
{
    /// <summary>It took it.</summary>
    public static SinkAnswer Taken { get; } = new((string?)null);
}
