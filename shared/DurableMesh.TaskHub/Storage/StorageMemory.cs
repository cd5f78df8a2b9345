namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// Sees from outside whether a storage saves what it acknowledges. An Azurite holds its metadata in memory and saves them every
/// few seconds, if it can: where its disk is full it goes on acknowledging and saves nothing.
/// </summary>
public interface ISaveWitness
{
    /// <summary>Why the storage saves nothing now, in a sentence; null where it does, or where nobody can see it.</summary>
    string? Trouble { get; }

    /// <summary>
    /// Until when everything that was acknowledged is saved, as a timestamp of the clock; null where that cannot be seen.
    /// </summary>
    /// <param name="newest">When the newest write was acknowledged that the caller would like to let go of.</param>
    long? SavedUntil(long newest);
}

/// <summary>
/// Which of the writes that a storage has acknowledged it can no longer forget. Where nobody sees it save, time has to tell: a
/// write is safe when no request has failed for so long after it that the storage must have saved it.
/// </summary>
/// <remarks>
/// What this says holds for the storage that runs now. Whoever lets go of something asks here first, and then sees by a request
/// that succeeds that the storage has not come back from an older state since. One user, whose failures count; may be asked on
/// any thread.
/// </remarks>
/// <param name="seen">What a witness sees (<see cref="ISaveWitness.SavedUntil"/>).</param>
/// <param name="time">The clock.</param>
public sealed class StorageMemory(Func<long, long?> seen, TimeProvider time)
{
    /// <summary>How long a storage may take to save: twice what Azurite takes.</summary>
    public static readonly TimeSpan ForgetfulFor = TimeSpan.FromSeconds(10);

    private long _undisturbedSince = time.GetTimestamp();

    /// <summary>A request failed: the storage may have been restarted from an older state.</summary>
    public void Disturb() => Volatile.Write(ref _undisturbedSince, time.GetTimestamp());

    /// <summary>What was acknowledged before this timestamp is safe.</summary>
    /// <param name="newest">When the newest write was acknowledged that the caller would like to let go of.</param>
    public long SafeUntil(long newest)
    {
        if (seen(newest) is { } saved)
        {
            return saved;
        }

        long now = time.GetTimestamp();
        return time.GetElapsedTime(Volatile.Read(ref _undisturbedSince), now) >= ForgetfulFor
            ? now - (long)(ForgetfulFor.TotalSeconds * time.TimestampFrequency)
            : long.MinValue;
    }
}
