using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Log;

/// <summary>Goes on asking a storage that does not answer.</summary>
internal static class Persistence
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Repeats an operation until the storage answers.</summary>
    /// <param name="operation">What may be done again.</param>
    /// <param name="time">The clock that the pauses go by.</param>
    /// <param name="away">Told each time that the storage did not answer; null where nobody wants to know.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<T> RunAsync<T>(
        Func<Task<T>> operation, TimeProvider time, Action<StorageUnavailableException>? away, CancellationToken cancellation)
    {
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await operation();
            }
            catch (StorageUnavailableException error) when (!cancellation.IsCancellationRequested)
            {
                away?.Invoke(error);
                await Task.Delay(pause, time, cancellation);
            }
        }
    }
}
