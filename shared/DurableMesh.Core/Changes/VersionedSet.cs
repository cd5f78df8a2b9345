using System.Collections.Immutable;

namespace DurableMesh.Core.Changes;

/// <summary>Something that is changed as a whole and counts its changes.</summary>
public interface IVersioned
{
    /// <summary>Its slug.</summary>
    string Id { get; }

    /// <summary>1 at first, one more with each change; 0 before it is stored.</summary>
    int Version { get; }
}

/// <summary>
/// Versioned objects by id, immutable. A version never comes again: whoever returns under an id goes on counting, so that a
/// change that was made for the old object does not hit the new one.
/// </summary>
internal sealed class VersionedSet<T>
    where T : class, IVersioned
{
    private readonly ImmutableSortedDictionary<string, T> _items;
    private readonly ImmutableDictionary<string, (int First, int Last)> _versions;

    private VersionedSet(
        ImmutableSortedDictionary<string, T> items, ImmutableDictionary<string, (int First, int Last)> versions) =>
        (_items, _versions) = (items, versions);

    public static VersionedSet<T> Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal),
        ImmutableDictionary<string, (int First, int Last)>.Empty);

    /// <summary>The objects, by id.</summary>
    public IEnumerable<T> Items => _items.Values;

    public int Count => _items.Count;

    public T? Find(string id) => _items.GetValueOrDefault(id);

    /// <summary>What is against a change that was made for a version; null where nothing is, or it was made for none.</summary>
    public ChangeRefusal? Mismatch(string what, string id, int? expected)
    {
        var found = Find(id)?.Version ?? 0;
        return expected is { } version && version != found ? ChangeRefusal.VersionMismatch(what, version, found) : null;
    }

    /// <summary>The version that the next change of an object makes.</summary>
    public int NextVersion(string id) => _versions.GetValueOrDefault(id).Last + 1;

    /// <summary>The version with which an object came, the last time that it came; 0 where it never did.</summary>
    public int FirstVersion(string id) => _versions.GetValueOrDefault(id).First;

    /// <summary>The set with an object that has its next version.</summary>
    public VersionedSet<T> With(T item)
    {
        var first = Find(item.Id) is null ? item.Version : FirstVersion(item.Id);
        return new(_items.SetItem(item.Id, item), _versions.SetItem(item.Id, (first, item.Version)));
    }

    public VersionedSet<T> Without(string id) => new(_items.Remove(id), _versions);
}
