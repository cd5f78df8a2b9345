using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// One log that events come from. A position here lies before an event, after a number of others of its record.
/// </summary>
internal interface IEventSource
{
    /// <summary>Waits until all is ingested that was written before this was asked; answers the position after it.</summary>
    ValueTask<LogPosition> RefreshAsync(CancellationToken cancellation);

    /// <summary>The position after all that is ingested, once the log has been read.</summary>
    ValueTask<LogPosition> EndAsync(CancellationToken cancellation);

    /// <summary>A position before which nothing lies that happened at or after an instant.</summary>
    LogPosition At(DateTimeOffset instant);

    /// <summary>At most <paramref name="limit"/> events from a position on.</summary>
    ValueTask<SourcePage> ReadAsync(LogPosition from, EventFilter filter, int limit, CancellationToken cancellation);
}

/// <summary>Some events of one log.</summary>
/// <param name="Events">Each with the position after it.</param>
/// <param name="Next">How far the page goes.</param>
/// <param name="IsLast">Whether there was nothing more when it was read.</param>
internal sealed record SourcePage(IReadOnlyList<(LogPosition Next, StoredEvent Stored)> Events, LogPosition Next, bool IsLast);
