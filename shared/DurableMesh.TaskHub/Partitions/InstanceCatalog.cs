using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// All instances that were started, wherever they are. Owns the list of their ids and the number of those that have not ended.
/// </summary>
internal sealed class InstanceCatalog(Residency residency, Shelf shelf)
{
    /// <summary>In the order in which they are listed.</summary>
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The ids in ascending order.</summary>
    public IReadOnlyCollection<string> Ids => _ids;

    /// <summary>How many have not ended.</summary>
    public int OpenCount { get; private set; }

    /// <summary>An instance was started, or is found at recovery.</summary>
    public void Add(string instanceId) => _ids.Add(instanceId);

    /// <summary>An instance is gone: nothing of it is kept anywhere.</summary>
    public void Remove(string instanceId)
    {
        if (residency.Find(instanceId) is { } instance)
        {
            residency.Dismiss(instance);
        }

        shelf.Purge(instanceId);
        _ids.Remove(instanceId);
    }

    /// <summary>An instance was opened (1), has ended (-1), or neither (0).</summary>
    public void CountOpen(int change) => OpenCount += change;

    /// <summary>Counts those that have not ended, after a recovery.</summary>
    public void CountOpen() => OpenCount = _ids.Count(id => !SummaryOf(id).IsEnded);

    /// <summary>The ids behind <paramref name="after"/>, or all.</summary>
    public IEnumerable<string> IdsAfter(string? after) =>
        after is null ? _ids
        : _ids.Count > 0 && string.CompareOrdinal(_ids.Max, after) > 0
            ? _ids.GetViewBetween(after, _ids.Max).SkipWhile(id => id == after)
        : [];

    /// <summary>What is known of a started instance without reading it.</summary>
    public InstanceSummary SummaryOf(string instanceId) => residency.Find(instanceId) is { } instance
        ? new InstanceSummary(instanceId, instance.State.Status, instance.State.CreatedAt)
        : shelf.TryGet(instanceId, out ShelvedInstance? shelved)
            ? new InstanceSummary(instanceId, shelved.Status, shelved.CreatedAt)
            : throw new InvalidOperationException($"Instance '{instanceId}' is neither in memory nor on the shelf.");
}
