using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// All that happens, as events, in the order of the logs that it is derived from. A listener is a cursor and a filter; nothing is
/// kept of it, so that a slow one slows nobody.
/// </summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the storage has not answered in time.</remarks>
public interface IEventFeed
{
    /// <summary>The position after all that is committed now.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<EventCursor> EndAsync(CancellationToken cancellation);

    /// <summary>
    /// A position before all that happened at an instant or later, and after most of what happened before it: use it with
    /// <see cref="EventFilter.NotBefore"/>.
    /// </summary>
    /// <param name="instant">The instant; one from before the retention counts as the beginning of that.</param>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<EventCursor> SinceAsync(DateTimeOffset instant, CancellationToken cancellation);

    /// <summary>The next events. One call reads a bounded part of the logs, so that a page may be empty before the end.</summary>
    /// <param name="after">How far the listener has heard.</param>
    /// <param name="filter">What it wants.</param>
    /// <param name="limit">The most events that it takes.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="UnknownPositionException">The store never gave that cursor.</exception>
    /// <exception cref="EventsExpiredException">What follows the cursor is not kept any more.</exception>
    ValueTask<EventPage> ReadAsync(EventCursor after, EventFilter filter, int limit, CancellationToken cancellation);

    /// <summary>
    /// A task that completes when there may be news that a filter lets through. Ask for it, then read, then wait.
    /// </summary>
    /// <param name="filter">What the listener wants.</param>
    Task NextChange(EventFilter filter);
}

/// <summary>Some events.</summary>
/// <param name="Events">The events, in order.</param>
/// <param name="Next">How far the page goes, beyond what the filter kept back.</param>
/// <param name="IsLast">Whether there was nothing more when it was read.</param>
public sealed record EventPage(IReadOnlyList<FedEvent> Events, EventCursor Next, bool IsLast);

/// <summary>An event and the position after it.</summary>
/// <param name="Cursor">The position after it.</param>
/// <param name="Stored">The event.</param>
public readonly record struct FedEvent(EventCursor Cursor, StoredEvent Stored)
{
    /// <summary>The event.</summary>
    public MeshEvent Event => Stored.Event;
}

/// <summary>An event that all listeners share, written once.</summary>
/// <param name="happened">The event.</param>
public sealed class StoredEvent(MeshEvent happened)
{
    private byte[]? _json;

    /// <summary>The event.</summary>
    public MeshEvent Event => happened;

    /// <summary>The event as JSON, in one line.</summary>
    public ReadOnlyMemory<byte> Json => _json ??= JsonSerializer.SerializeToUtf8Bytes(happened, AppJson.TypeInfo<MeshEvent>());
}

/// <summary>What follows a cursor is not kept any more.</summary>
public sealed class EventsExpiredException()
    : Exception("What followed this position is older than events are kept, so that some may have been missed.");
