namespace DurableMesh.TaskHub.Partitions;

/// <summary>One durable timer of one execution; <see cref="TaskId"/> -1 stands for an instance's scheduled start.</summary>
internal readonly record struct DueTimer(string InstanceId, string ExecutionId, int TaskId)
{
    /// <summary>The task id that means: start the instance.</summary>
    public const int Start = -1;
}

/// <summary>
/// A partition's timers in the order of their due times, behind one timer of the <see cref="TimeProvider"/>. Cancelled ones
/// stay in it until they are due and are then ignored by who looks at them.
/// </summary>
internal sealed class TimerQueue : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    private readonly PriorityQueue<DueTimer, DateTime> _timers = new();
    private readonly TimeProvider _time;
    private readonly ITimer _alarm;
    private DateTime _alarmAt = DateTime.MaxValue;

    /// <param name="time">The clock.</param>
    /// <param name="ring">Called, on any thread, when something may be due.</param>
    public TimerQueue(TimeProvider time, Action ring)
    {
        _time = time;
        _alarm = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds a timer.</summary>
    public void Add(DueTimer timer, DateTime dueAt)
    {
        _timers.Enqueue(timer, dueAt);
        SetAlarm();
    }

    /// <summary>Takes all timers that are due.</summary>
    public IEnumerable<DueTimer> TakeDue()
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        while (_timers.TryPeek(out DueTimer timer, out DateTime dueAt) && dueAt <= now)
        {
            _timers.Dequeue();
            yield return timer;
        }

        _alarmAt = DateTime.MaxValue;
        SetAlarm();
    }

    /// <inheritdoc/>
    public void Dispose() => _alarm.Dispose();

    private void SetAlarm()
    {
        if (!_timers.TryPeek(out _, out DateTime next) || next >= _alarmAt)
        {
            return;
        }

        _alarmAt = next;
        TimeSpan wait = next - _time.GetUtcNow().UtcDateTime;

        // A system timer counts whole milliseconds and may ring early within one: round up, so that one ring is enough.
        double milliseconds = Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, LongestWait.TotalMilliseconds);
        _alarm.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
