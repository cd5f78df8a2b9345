using System.Globalization;

namespace DurableMesh.Cli.CommandLine;

/// <summary>
/// Work that a person waits for: how far it is, in words. Whoever does it says how far; threads may do so side by side.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="unit">What is counted, for instance <c>runs</c>; null where nothing is.</param>
/// <param name="total">How many there are; null where that is not known.</param>
internal sealed class LongWork(TimeProvider time, string? unit = null, long? total = null)
{
    private const long Unknown = -1;

    private readonly long _begun = time.GetTimestamp();
    private long _total = total ?? Unknown;
    private long _before;
    private long _done;

    /// <summary>How many there are; null where that is not known.</summary>
    public long? Total => Volatile.Read(ref _total) is var all && all != Unknown ? all : null;

    /// <summary>How many are done.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>It is known now how many there are.</summary>
    public void Expect(long count) => Volatile.Write(ref _total, count);

    /// <summary>Some more are done.</summary>
    public void Advance(long count = 1) => Interlocked.Add(ref _done, count);

    /// <summary>So many were done before it began: they say nothing of how long the rest takes.</summary>
    public void BeginWith(long count)
    {
        _before = count;
        Interlocked.Add(ref _done, count);
    }

    /// <summary>How far it is.</summary>
    public string Words()
    {
        var (done, passed) = (Done, time.GetElapsedTime(_begun));
        if (unit is null)
        {
            return Short(passed);
        }

        if (Total is not { } all)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{done:N0} {unit}, {Short(passed)}");
        }

        var left = done == _before || done >= all ? "" : $", {Short(passed * (all - done) / (done - _before))} left";
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {all:N0} {unit}{left}");
    }

    private static string Short(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:N0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:N0} min");
}
