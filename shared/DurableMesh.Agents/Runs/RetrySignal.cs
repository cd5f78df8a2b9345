using System.Collections.Concurrent;

namespace DurableMesh.Agents.Runs;

/// <summary>Waits for the next try of a message, or until somebody asks for it at once (<c>mesh agent retry</c>).</summary>
internal sealed class RetrySignal : IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waits = new(StringComparer.Ordinal);
    private readonly AgentHome _home;
    private readonly TimeProvider _time;
    private readonly FileSystemWatcher _asked;

    public RetrySignal(AgentHome home, TimeProvider time)
    {
        (_home, _time) = (home, time);
        _asked = home.WatchRetries();
        _asked.Created += (_, _) => Wake();
    }

    /// <summary>Waits.</summary>
    public async Task WaitAsync(string threadId, DateTimeOffset until, CancellationToken cancellation)
    {
        var asked = _waits.GetOrAdd(
            threadId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            Wake();
            var pause = until - _time.GetUtcNow();
            if (pause > TimeSpan.Zero)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await Task.WhenAny(asked.Task, Task.Delay(pause, _time, either.Token));
                await either.CancelAsync();
            }

            cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            _waits.TryRemove(threadId, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asked.Dispose();

    private void Wake()
    {
        // A wish is taken by the wait that it is for, so that one which comes a moment too early is not lost.
        foreach (var (threadId, wait) in _waits)
        {
            if (_home.TakeRetry(threadId))
            {
                wait.TrySetResult();
            }
        }
    }
}
