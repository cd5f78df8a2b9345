using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// The one way by which facts come to instances: applied to the state, appended to the history, put into the open commit, and
/// then told to those who wait for them. Owns the facts between <see cref="Record"/> and <see cref="Flush"/>.
/// </summary>
internal sealed class FactRecorder(
    PartitionScope scope, CommitPipeline commits, Residency residency, InstanceCatalog catalog, CheckpointDemand demand)
{
    private readonly LogWriter _facts = new();
    private int _rememberFrom;

    /// <summary>Applies a fact and adds it to what <see cref="Flush"/> will write.</summary>
    public void Record(Instance instance, HistoryEvent fact)
    {
        if (fact.IsBeginning)
        {
            instance.Forget();
            _rememberFrom = _facts.Length;
        }

        bool wasOpen = instance.State.IsOpen;
        instance.State.Apply(fact);
        catalog.CountOpen((instance.State.IsOpen ? 1 : 0) - (wasOpen ? 1 : 0));
        HistoryCodec.Write(_facts, fact);
    }

    /// <summary>Puts the recorded facts into the open commit.</summary>
    public void Flush(Instance instance)
    {
        if (_facts.Length == 0)
        {
            return;
        }

        commits.Records.InstanceEvents(instance.Id, _facts.Written.Span);
        instance.LastCommit = commits.Next;
        instance.Remember(_facts.Written.Span[_rememberFrom..]);
        if (instance.State.IsEnded)
        {
            instance.Executor = null;
        }

        _facts.Clear();
        _rememberFrom = 0;
        residency.Touch(instance);
        demand.Add(instance);
        AnswerWaiters(instance);
    }

    /// <summary>Records that nothing of an instance is kept.</summary>
    public void Purge(string instanceId)
    {
        commits.Records.InstancePurged(instanceId);
        catalog.Remove(instanceId);
    }

    /// <summary>Answers those whose condition the instance satisfies, once that is durable.</summary>
    public void AnswerWaiters(Instance instance)
    {
        for (int i = (instance.Waiters?.Count ?? 0) - 1; i >= 0; i--)
        {
            InstanceWaiter waiter = instance.Waiters![i];
            if (instance.State.Exists && waiter.Condition(instance.State))
            {
                instance.Waiters.RemoveAt(i);
                var metadata = instance.Describe(scope.Services.Converter, waiter.WithData);
                commits.OnceDurable(instance, () => waiter.Answer.TrySetResult(metadata));
            }
        }
    }
}
