using System.Text;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Store;

/// <summary>One host's log with an index that remembers everything in order.</summary>
internal sealed class LoggedHost : ILogIndex<string>, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(LogSpan At, string Line)> _ingested = [];
    private readonly MemoryBlobs _blobs;

    public LoggedHost(MemoryBlobs blobs, SharedLogOptions options, TimeProvider time)
    {
        _blobs = blobs;

        // On a clock that only a test drives nobody pauses.
        var pause = time is FakeTimeProvider ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1);
        options = options with { FirstPause = pause, LongestPause = 2 * pause };
        Log = new SharedLog<string>(blobs, "log", this, options, time, NullLogger.Instance);
        Log.Start();
    }

    public SharedLog<string> Log { get; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _ingested.Select(one => one.Line)];
            }
        }
    }

    public IReadOnlyList<LogSpan> Spans
    {
        get
        {
            lock (_gate)
            {
                return [.. _ingested.Select(one => one.At)];
            }
        }
    }

    public Task AppendAsync(string line) => Log.AppendAsync(line, Encoding.UTF8.GetBytes(line), CancellationToken.None);

    public Task UntilAppendIsInFlightAsync() => Eventually.TrueAsync(() => _blobs.AppendsWaiting > 0);

    public string Read(ReadOnlyMemory<byte> line)
    {
        var text = Encoding.UTF8.GetString(line.Span);
        return text == "corrupt" ? throw new FormatException("no record") : text;
    }

    public void Ingest(LogSpan at, string record)
    {
        lock (_gate)
        {
            _ingested.Add((at, record));
        }
    }

    public ValueTask DisposeAsync() => Log.DisposeAsync();
}
