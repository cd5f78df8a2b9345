using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions;

/// <summary>Waits for a condition that other tasks bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns as soon as <paramref name="condition"/> holds.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    /// <summary>Returns what becomes of work that waits for a clock, which goes on as long as it does.</summary>
    /// <param name="work">The work.</param>
    /// <param name="time">The clock.</param>
    /// <param name="step">How far it goes on at once.</param>
    public static async Task CompletesAsync(Task work, FakeTimeProvider time, TimeSpan step)
    {
        await TrueAsync(() =>
        {
            if (!work.IsCompleted)
            {
                time.Advance(step);
            }

            return work.IsCompleted;
        });
        await work;
    }

    /// <summary>Returns as soon as <paramref name="action"/> does not fail any more.</summary>
    public static async Task SucceedsAsync(Func<Task> action)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }
}
