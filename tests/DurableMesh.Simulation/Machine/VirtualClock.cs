namespace DurableMesh.Simulation.Machine;

/// <summary>Time that passes only when the machine has nothing else to do, or is told to.</summary>
internal sealed class VirtualClock
{
    private readonly PriorityQueue<(VirtualTimer Timer, int Setting), (long Due, long Order)> _alarms = new();
    private long _order;

    /// <summary>The instant, in UTC ticks of 100 ns.</summary>
    public long Now { get; private set; } = Start.Ticks;

    /// <summary>When every simulation begins.</summary>
    public static DateTime Start { get; } = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);

    /// <summary>The instant.</summary>
    public DateTime UtcNow => new(Now, DateTimeKind.Utc);

    /// <summary>How much time has passed.</summary>
    public TimeSpan Elapsed => new(Now - Start.Ticks);

    /// <summary>Lets time pass, without looking at what falls due meanwhile.</summary>
    public void Pass(long ticks) => Now += ticks;

    /// <summary>Rings the next alarm, going on to its time, unless there is none until <paramref name="latest"/>.</summary>
    public bool RingNext(long latest)
    {
        while (_alarms.TryPeek(out (VirtualTimer Timer, int Setting) alarm, out (long Due, long Order) key) && key.Due <= latest)
        {
            _alarms.Dequeue();
            if (alarm.Timer.Rings(alarm.Setting))
            {
                Now = Math.Max(Now, key.Due);
                alarm.Timer.Ring();
                return true;
            }
        }

        return false;
    }

    /// <summary>Sets an alarm.</summary>
    public void Set(VirtualTimer timer, int setting, long due) => _alarms.Enqueue((timer, setting), (due, _order++));
}

/// <summary>A timer of a <see cref="VirtualClock"/>.</summary>
internal sealed class VirtualTimer(VirtualClock clock, SimulatedProcess process, TimerCallback callback, object? state) : ITimer
{
    private int _setting;
    private TimeSpan _period;

    /// <summary>Whether an alarm that was set is still wanted.</summary>
    public bool Rings(int setting) => setting == _setting && !process.IsDead;

    /// <summary>Queues the callback in the timer's process.</summary>
    public void Ring()
    {
        process.Post(() => callback(state));
        Change(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, _period);
    }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _setting++;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            clock.Set(this, _setting, clock.Now + dueTime.Ticks);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _setting++;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The virtual time as one process sees it.</summary>
internal sealed class ProcessClock(VirtualClock clock, SimulatedProcess process) : TimeProvider
{
    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(clock.UtcNow);

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.Now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(clock, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
