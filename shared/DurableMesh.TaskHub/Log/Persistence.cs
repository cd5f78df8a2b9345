using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Log;

/// <summary>Goes on asking a storage that does not answer.</summary>
internal static class Persistence
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// So much is read at once, so that a storage which breaks off now and then gives something for every call. An Azurite opens
    /// a file for each block of a range, and never closes those of a read that breaks off.
    /// </summary>
    private const int RangeBytes = 1024 * 1024;

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

    /// <summary>Reads in ranges, each of them again until the storage answers; ends early where one is cut short.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes are wanted.</param>
    /// <param name="read">Reads one range: its offset and length.</param>
    /// <param name="time">The clock that the pauses go by.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<byte[]> ReadAsync(
        long offset,
        int length,
        Func<long, int, Task<ReadOnlyMemory<byte>>> read,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            int wanted = Math.Min(RangeBytes, length - done);
            ReadOnlyMemory<byte> range = await RunAsync(() => read(offset + done, wanted), time, away: null, cancellation);
            range.CopyTo(bytes.AsMemory(done));
            done += range.Length;
            if (range.Length < wanted)
            {
                return bytes[..done];
            }
        }

        return bytes;
    }
}
