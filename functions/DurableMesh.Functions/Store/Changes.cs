namespace DurableMesh.Functions.Store;

/// <summary>
/// Wakes whoever waits for news of a thread or an agent. Keys share a fixed number of signals, so that nothing grows with the
/// number of keys and a waiter may be woken for nothing: it looks again whether its own news has come.
/// </summary>
internal sealed class Changes
{
    /// <summary>The key of whoever waits for any event.</summary>
    public const string AnyEvent = "*";

    private readonly TaskCompletionSource?[] _signals = new TaskCompletionSource?[1024];

    /// <summary>
    /// A task that completes at the next change of <paramref name="key"/>. Ask for it before you look, so that no change falls
    /// between.
    /// </summary>
    public Task Next(string key)
    {
        ref var signal = ref _signals[SlotOf(key)];
        var current = Volatile.Read(ref signal);
        if (current is not null)
        {
            return current.Task;
        }

        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref signal, fresh, null) ?? fresh).Task;
    }

    /// <summary>Wakes everybody who waits for <paramref name="key"/>.</summary>
    public void Announce(string key) => Interlocked.Exchange(ref _signals[SlotOf(key)], null)?.TrySetResult();

    /// <summary>Wakes whoever waits for news of a thread, of one of some agents, or for any.</summary>
    public void AnnounceEvent(string? threadId, params ReadOnlySpan<string> agents)
    {
        if (threadId is not null)
        {
            Announce(threadId);
        }

        foreach (var agent in agents)
        {
            Announce(agent);
        }

        Announce(AnyEvent);
    }

    private int SlotOf(string key) => (int)((uint)key.GetHashCode(StringComparison.Ordinal) % (uint)_signals.Length);
}
