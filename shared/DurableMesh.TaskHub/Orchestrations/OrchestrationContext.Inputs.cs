using DurableMesh.TaskHub.History;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.Orchestrations;

/// <content>The engine's side: what arrives, and what the code produced.</content>
internal sealed partial class OrchestrationContext
{
    /// <summary>Sets what the code can ask about itself, at the start of an execution.</summary>
    public void Describe(TaskName name, string? input, string? version, ParentLink? parent)
    {
        _name = name;
        _input = input;
        _version = version ?? string.Empty;
        _parent = parent is null ? null : new ParentOrchestrationInstance(parent.Name, parent.InstanceId);
    }

    /// <summary>Sets the clock for the next episode.</summary>
    /// <param name="now">The time.</param>
    /// <param name="recorded">The episode in the history that is replayed; null for a new one.</param>
    public void Begin(DateTime now, EpisodeStarted? recorded)
    {
        _now = now;
        _replaying = recorded is not null;
        _longest = recorded is null ? longestTimer : recorded.LongestTimer;
        _split = false;
    }

    /// <summary>Into parts of which length timers of the episode were split; null where none was.</summary>
    public TimeSpan? TakeSplit() => _split ? _longest : null;

    /// <summary>Completes what waits for <paramref name="input"/>; an input that nobody waits for any more is ignored.</summary>
    public void Deliver(HistoryEvent input)
    {
        switch (input)
        {
            case EventRaised e when NextGeneration is not null:
                Buffer(e);
                break;
            case EventRaised e:
                _events.Raise(e, converter);
                break;
            case ActivityCompleted e:
                Settle(e.Id, pending => pending.Source.Complete(e.Result, converter));
                break;
            case SubOrchestrationCompleted e:
                Settle(e.Id, pending => pending.Source.Complete(e.Result, converter));
                break;
            case TimerFired e:
                Settle(e.Id, pending => pending.Source.Complete(null, converter));
                break;
            case ActivityFailed e:
                Settle(e.Id, pending => pending.Source.Fail(Failures.Core(pending.Name, e.Id, e.Failure, false)));
                break;
            case SubOrchestrationFailed e:
                Settle(e.Id, pending => pending.Source.Fail(Failures.Core(pending.Name, e.Id, e.Failure, true)));
                break;
        }
    }

    private void Settle(int id, Action<(string Name, IDurableSource Source)> settle)
    {
        if (_pending.Remove(id, out (string Name, IDurableSource Source) pending))
        {
            settle(pending);
        }
    }

    /// <summary>Events that came before the code started, or were carried over from the execution before.</summary>
    public void Buffer(EventRaised raised) => _events.Buffer(raised);

    /// <summary>The events that arrived and that no code has taken, in the order of their arrival.</summary>
    public IReadOnlyList<EventRaised> UnprocessedEvents => _events.Unprocessed;

    /// <summary>Takes what the code produced since the last call.</summary>
    public List<HistoryEvent> TakeOutputs() => Interlocked.Exchange(ref _outputs, []);

    /// <summary>Takes the custom status that was set since the last call, or null.</summary>
    public CustomStatusSet? TakeCustomStatus() => Interlocked.Exchange(ref _customStatus, null);
}
