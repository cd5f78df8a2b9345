using Microsoft.DurableTask;

namespace DurableMesh.Functions.Threads;

/// <summary>The one durable timer of a thread: set for whatever is due next, and cancelled when that has changed.</summary>
internal sealed class Alarm(TaskOrchestrationContext context) : IDisposable
{
    private CancellationTokenSource? _stop;
    private Task? _timer;

    /// <summary>When it rings.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>Whether it has rung.</summary>
    public bool Rings => _timer is { IsCompletedSuccessfully: true };

    /// <summary>Sets the alarm, unless it is set for that instant already.</summary>
    public Task For(DateTimeOffset instant)
    {
        if (_timer is null || At != instant)
        {
            Stop();
            (At, _stop) = (instant, new CancellationTokenSource());
            _timer = context.CreateTimer(instant.UtcDateTime, _stop.Token);
        }

        return _timer;
    }

    /// <summary>Gives the timer up: a losing timer would keep the orchestration from ending.</summary>
    public void Stop()
    {
        if (!Rings)
        {
            _stop?.Cancel();
        }

        _stop?.Dispose();
        (_stop, _timer) = (null, null);
    }

    public void Dispose() => Stop();
}
