using System.Diagnostics.CodeAnalysis;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>
/// What the checkpoint of a partition holds: every instance's newest records and where they lie, and how much of each file is
/// still of use.
/// </summary>
internal sealed class Shelf
{
    /// <summary>Files of about one size that are cleared together, into one.</summary>
    private const int FilesOfOneSize = 4;

    /// <summary>How many bytes of records one checkpoint writes anew at the most, to clear files.</summary>
    private const long MaximumClearedBytes = 32L * 1024 * 1024;

    private readonly Dictionary<string, ShelvedInstance> _instances = [];
    private readonly SortedDictionary<long, ShelfFile> _files = [];
    private List<string> _purged = [];

    /// <summary>Every instance that has a copy on the shelf.</summary>
    public IEnumerable<ShelvedInstance> Instances => _instances.Values;

    /// <summary>The files in ascending order of their numbers.</summary>
    public IReadOnlyList<ManifestFile> Files => [.. _files.Values.Select(file => file.Entry)];

    /// <summary>Finds an instance's copy.</summary>
    public bool TryGet(string instanceId, [NotNullWhen(true)] out ShelvedInstance? shelved) =>
        _instances.TryGetValue(instanceId, out shelved);

    /// <summary>Whether a file belongs to the checkpoint.</summary>
    public bool Has(long file) => _files.ContainsKey(file);

    /// <summary>Takes in a file at recovery: what it says replaces what older ones said.</summary>
    public void Load(ManifestFile file, CheckpointIndex index)
    {
        AddFile(file, index.Purged);
        foreach (string id in index.Purged)
        {
            Forget(id);
        }

        foreach (ShelvedInstance instance in index.Instances)
        {
            Put(instance);
        }
    }

    /// <summary>Forgets what a checkpoint said that cannot be used after all.</summary>
    public void Clear()
    {
        _instances.Clear();
        _files.Clear();
    }

    /// <summary>A file was written.</summary>
    /// <param name="file">Its entry.</param>
    /// <param name="purged">Which instances it says are gone.</param>
    public void AddFile(ManifestFile file, IReadOnlyList<string> purged) => _files.Add(file.Number, new ShelfFile(file, purged));

    /// <summary>Nothing of a file is of use any more.</summary>
    public void RemoveFile(long number) => _files.Remove(number);

    /// <summary>The storage has lost a file: the next checkpoint says again who is gone.</summary>
    /// <param name="number">The file.</param>
    /// <param name="isBack">
    /// Whether somebody was begun anew, and has a copy in a checkpoint that does not count yet, or will have one.
    /// </param>
    public void LoseFile(long number, Func<string, bool> isBack)
    {
        _files.Remove(number, out ShelfFile? lost);
        _purged.AddRange(lost!.Purged.Where(id => !_instances.ContainsKey(id) && !isBack(id)));
    }

    /// <summary>Puts a new copy in the place of an older one.</summary>
    public void Put(ShelvedInstance instance)
    {
        Forget(instance.Id);
        _instances[instance.Id] = instance;
        Use(instance, extent => extent.Length);
    }

    /// <summary>An instance has no usable copy any more.</summary>
    public void Remove(string instanceId) => Forget(instanceId);

    /// <summary>An instance is gone: the next checkpoint says so.</summary>
    public void Purge(string instanceId)
    {
        Forget(instanceId);
        _purged.Add(instanceId);
    }

    /// <summary>Takes the instances that are gone since the last call.</summary>
    public List<string> TakePurged() => Interlocked.Exchange(ref _purged, []);

    /// <summary>Puts back what a checkpoint had taken that came to nothing.</summary>
    public void PutBackPurged(IReadOnlyList<string> purged) => _purged.AddRange(purged);

    /// <summary>
    /// Which files the next checkpoint should clear: those that hold more that is out of date than that is not, and those of one
    /// size class when there are several, so that their number grows with the logarithm of what they hold.
    /// </summary>
    public IReadOnlySet<long> ChooseToClear()
    {
        var chosen = new SortedSet<long>(
            _files.Values.Where(file => file.Used * 2 < file.Entry.IndexOffset).Select(file => file.Entry.Number));
        foreach (IGrouping<int, ShelfFile> size in _files.Values.GroupBy(file => int.Log2(file.Entry.IndexOffset + 1) / 2))
        {
            if (size.Count() >= FilesOfOneSize && size.First().Entry.IndexOffset < CheckpointFileBuilder.TargetBytes / 2)
            {
                chosen.UnionWith(size.Select(file => file.Entry.Number));
            }
        }

        long cleared = 0;
        return chosen.TakeWhile(file => (cleared += _files[file].Used) <= MaximumClearedBytes).ToHashSet();
    }

    private void Forget(string instanceId)
    {
        if (_instances.Remove(instanceId, out ShelvedInstance? old))
        {
            Use(old, extent => -extent.Length);
        }
    }

    private void Use(ShelvedInstance instance, Func<Extent, int> change)
    {
        foreach (Extent extent in instance.Extents)
        {
            if (_files.TryGetValue(extent.File, out ShelfFile? file))
            {
                file.Used += change(extent);
            }
        }
    }

    private sealed class ShelfFile(ManifestFile entry, IReadOnlyList<string> purged)
    {
        public ManifestFile Entry => entry;

        public IReadOnlyList<string> Purged => purged;

        public long Used { get; set; }
    }
}
