using System.Collections.Concurrent;
using System.Text.Json;

namespace DurableMesh.Functions.Store;

/// <summary>
/// Finds whole records: the newest in memory, older ones in the log, where neighbours are read in one go and the rest side by
/// side.
/// </summary>
internal sealed class RecordReader(long cacheBytes, Func<LogSpan, CancellationToken, Task<ReadOnlyMemory<byte>>> readLog)
{
    // A record in memory takes about this many times the bytes of its line.
    private const int MemoryFactor = 3;

    // Reading over a gap costs less than another call as long as the gap is about this small.
    private const int GapBytes = 64 * 1024;
    private const int RangeBytes = 4 * 1024 * 1024;
    private const int ReadsAtOnce = 8;

    private readonly RecentCache<LogSpan, ThreadRecord> _recent = new(cacheBytes);

    /// <summary>Keeps a record for those who will ask for it soon.</summary>
    public void Remember(LogSpan at, ThreadRecord? record)
    {
        if (record is not null)
        {
            _recent.Add(at, record, at.Length * MemoryFactor);
        }
    }

    /// <summary>A record that is in memory; null where it is not.</summary>
    public ThreadRecord? Find(LogSpan at) => _recent.TryGet(at, out var record) ? record : null;

    /// <summary>Lets go of what has been here for long.</summary>
    public void Trim() => _recent.Trim();

    /// <summary>The record of each place.</summary>
    /// <param name="places">In the log's order.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ThreadRecord[]> ReadAsync(EntryPlace[] places, CancellationToken cancellation)
    {
        var found = new ThreadRecord?[places.Length];
        var missing = new List<LogSpan>();
        for (var n = 0; n < places.Length; n++)
        {
            var at = places[n].Record;
            if (_recent.TryGet(at, out found[n]!))
            {
                continue;
            }

            if (missing.Count == 0 || missing[^1] != at)
            {
                missing.Add(at);
            }
        }

        if (missing.Count > 0)
        {
            var read = await ReadAsync(missing, cancellation);
            for (var n = 0; n < places.Length; n++)
            {
                found[n] ??= read[places[n].Record];
            }
        }

        return found!;
    }

    private async Task<ConcurrentDictionary<LogSpan, ThreadRecord>> ReadAsync(List<LogSpan> spans, CancellationToken cancellation)
    {
        var read = new ConcurrentDictionary<LogSpan, ThreadRecord>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Ranges(spans), options, async (range, token) =>
        {
            var (first, last) = (range[0], range[^1]);
            var bytes = await readLog(first with { Length = last.Offset + last.Length - first.Offset }, token);
            foreach (var at in range)
            {
                var line = bytes.Slice(at.Offset - first.Offset, at.Length);
                read[at] = JsonSerializer.Deserialize(line.Span, AppJson.TypeInfo<ThreadRecord>())!;
                Remember(at, read[at]);
            }
        });
        return read;
    }

    private static IEnumerable<List<LogSpan>> Ranges(List<LogSpan> spans)
    {
        var range = new List<LogSpan>();
        foreach (var at in spans)
        {
            var isNeighbour = range.Count > 0
                && range[^1].Segment == at.Segment
                && at.Offset - (range[^1].Offset + range[^1].Length) < GapBytes
                && at.Offset + at.Length - range[0].Offset < RangeBytes;
            if (!isNeighbour && range.Count > 0)
            {
                yield return range;
                range = [];
            }

            range.Add(at);
        }

        yield return range;
    }
}
