using System.Diagnostics;

namespace DurableMesh.Benchmarks;

/// <summary>Measured durations of many operations.</summary>
internal sealed class Latencies
{
    private readonly List<double> _milliseconds = [];
    private readonly Lock _gate = new();

    /// <summary>How many were measured.</summary>
    public int Count => _milliseconds.Count;

    /// <summary>What was measured so far, in milliseconds.</summary>
    public IReadOnlyList<double> Milliseconds => _milliseconds;

    /// <summary>Adds what somebody else measured, in milliseconds.</summary>
    public void Add(IEnumerable<double> milliseconds)
    {
        lock (_gate)
        {
            _milliseconds.AddRange(milliseconds);
        }
    }

    /// <summary>Measures from a <see cref="Stopwatch.GetTimestamp"/> until now.</summary>
    public void Add(long startedAt)
    {
        double elapsed = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        lock (_gate)
        {
            _milliseconds.Add(elapsed);
        }
    }

    /// <summary>The duration in milliseconds that <paramref name="share"/> (0 to 1) of the operations did not exceed.</summary>
    public double Percentile(double share)
    {
        lock (_gate)
        {
            double[] sorted = [.. _milliseconds.Order()];
            return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
        }
    }
}
