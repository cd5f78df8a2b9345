using DurableMesh.Core.Events;

namespace DurableMesh.Dashboard.Events;

/// <summary>What was asked of the events.</summary>
/// <param name="Type">A type, or the beginning of some and <c>*</c>; null for all.</param>
/// <param name="Thread">A thread's id; null for all.</param>
/// <param name="Agent">An agent's id; null for all.</param>
/// <param name="Company">A company's id; null for all.</param>
/// <param name="Before">The place that the page before ended at; null on the first page.</param>
public sealed record EventListQuery(string? Type, string? Thread, string? Agent, string? Company, EventPlace? Before);

/// <summary>A place among the events.</summary>
/// <param name="At">What happened later lies behind it.</param>
/// <param name="Event">The event that it lies right before; null where it lies right after all of that instant.</param>
public sealed record EventPlace(DateTimeOffset At, string? Event);

/// <summary>What the list of events shows.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="Events">The events, the newest first.</param>
/// <param name="Older">Where older ones begin; null where none are kept.</param>
/// <param name="LookedBackTo">How far the mesh looked, where it found less than a page and stopped.</param>
/// <param name="Retention">For how long events are kept.</param>
public sealed record EventListModel(
    EventListQuery Asked,
    IReadOnlyList<MeshEvent> Events,
    EventPlace? Older,
    DateTimeOffset? LookedBackTo,
    TimeSpan Retention)
{
    /// <summary>How many events a page shows.</summary>
    public const int PageLength = 50;
}
