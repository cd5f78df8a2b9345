using DurableMesh.TaskHub.Instances;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// What asks for the next checkpoint: the instances to which something has happened since they were last captured, and whether
/// the checkpoint must not wait until it is due. An instance that is dirty stands in it, until <see cref="Take"/>.
/// </summary>
internal sealed class CheckpointDemand
{
    private List<Instance> _changed = [];

    /// <summary>Whether a checkpoint is wanted at once.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>Whether anything has happened.</summary>
    public bool Any => _changed.Count > 0;

    /// <summary>Something happened to an instance, or its copy is lost or about to be.</summary>
    public void Add(Instance instance)
    {
        if (!instance.IsDirty)
        {
            instance.IsDirty = true;
            _changed.Add(instance);
        }
    }

    /// <summary>Adds an instance again whose capture, made or not, came to nothing.</summary>
    public void AddAgain(Instance instance)
    {
        instance.IsDirty = false;
        Add(instance);
    }

    /// <summary>Takes what a checkpoint that begins now has to capture.</summary>
    public List<Instance> Take()
    {
        List<Instance> changed = _changed.FindAll(instance => instance.IsDirty);
        _changed = [];
        return changed;
    }
}
