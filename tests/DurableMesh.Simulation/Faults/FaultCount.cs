namespace DurableMesh.Simulation.Faults;

/// <summary>How often each kind of fault was injected.</summary>
internal sealed class FaultCount
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The counts by kind.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>So many more of a kind.</summary>
    public void Add(string kind, long count = 1) => _counts[kind] = _counts.GetValueOrDefault(kind) + count;

    /// <summary>All of another count.</summary>
    public void Add(FaultCount other)
    {
        foreach ((string kind, long count) in other._counts)
        {
            Add(kind, count);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _counts.Select(pair => $"{pair.Key} {pair.Value:N0}"));
}
