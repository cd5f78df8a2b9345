using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Store;

/// <summary>
/// <see cref="IBodyStore"/> over a shared log of its own, so that the bodies of many threads travel in one append too. A line is
/// <c>{"sha256":"…","body":…}</c>; where each body lies is kept in memory and found again by a scan at the start.
/// </summary>
internal sealed class BlobBodyStore : IBodyStore, ILogIndex<string>, IStoreLog, IAsyncDisposable
{
    private const int HashLength = 64;
    private static readonly byte[] Head = "{\"sha256\":\""u8.ToArray();
    private static readonly byte[] Middle = "\",\"body\":"u8.ToArray();
    private static readonly int BodyOffset = Head.Length + HashLength + Middle.Length;

    private readonly ConcurrentDictionary<string, LogSpan> _places = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _underWay = new(StringComparer.Ordinal);
    private readonly RecentCache<string, ReadOnlyMemory<byte>> _recent;
    private readonly SharedLog<string> _log;

    public BlobBodyStore(IBlobs blobs, IOptions<MeshOptions> options, TimeProvider time, ILogger<BlobBodyStore> logger)
    {
        var store = options.Value.Store;
        _recent = new(store.CacheMegabytes * 1024L * 1024L / 2);
        _log = new(blobs, "bodies", this, new SharedLogOptions { Patience = store.Patience }, time, logger);
    }

    public string Folder => _log.Folder;

    public string? Trouble => _log.Trouble;

    /// <summary>Starts reading where the bodies lie.</summary>
    public void Start() => _log.Start();

    public async Task StoreAsync(string sha256, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        if (_places.ContainsKey(sha256))
        {
            return;
        }

        // Whoever sends the same body meanwhile waits for the same append, which therefore is nobody's to cancel.
        var append = _underWay.GetOrAdd(sha256, _ => new Lazy<Task>(() => AppendAsync(sha256, body)));
        await append.Value.WaitAsync(cancellation);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string sha256, CancellationToken cancellation)
    {
        if (_recent.TryGet(sha256, out var body))
        {
            return body;
        }

        if (await FindPlaceAsync(sha256, cancellation) is not { } at)
        {
            return null;
        }

        body = await _log.ReadAsync(at, cancellation);
        _recent.Add(sha256, body, body.Length);
        return body;
    }

    /// <summary>The first bytes of a body, or null when there is none with this hash. It is not kept for whoever asks next.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> FindBeginningAsync(string sha256, int most, CancellationToken cancellation)
    {
        if (_recent.TryGet(sha256, out var body))
        {
            return body[..Math.Min(body.Length, most)];
        }

        return await FindPlaceAsync(sha256, cancellation) is { } at
            ? await _log.ReadAsync(at with { Length = Math.Min(at.Length, most) }, cancellation)
            : null;
    }

    public string Read(ReadOnlyMemory<byte> line) =>
        line.Length > BodyOffset && line.Span.StartsWith(Head) && line.Span[^1] == (byte)'}'
            ? Encoding.ASCII.GetString(line.Span.Slice(Head.Length, HashLength))
            : throw new FormatException("This is not a body with its hash.");

    public void Ingest(LogSpan at, string record) =>
        _places[record] = at with { Offset = at.Offset + BodyOffset, Length = at.Length - BodyOffset - 1 };

    /// <summary>Lets go of what nobody has asked for lately; an idle host is small.</summary>
    public void Trim()
    {
        _recent.Trim();
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private async ValueTask<LogSpan?> FindPlaceAsync(string sha256, CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        if (!_places.ContainsKey(sha256))
        {
            // A body never changes, so only one that is missing can have come from another host.
            await _log.RefreshAsync(cancellation);
        }

        return _places.TryGetValue(sha256, out var at) ? at : null;
    }

    private async Task AppendAsync(string sha256, ReadOnlyMemory<byte> body)
    {
        try
        {
            await _log.AppendAsync(sha256, Frame(sha256, body.Span), CancellationToken.None);
            _recent.Add(sha256, body, body.Length);
        }
        finally
        {
            _underWay.TryRemove(sha256, out _);
        }
    }

    private static byte[] Frame(string sha256, ReadOnlySpan<byte> body)
    {
        var line = new byte[BodyOffset + body.Length + 1];
        Head.CopyTo(line, 0);
        Encoding.ASCII.GetBytes(sha256, line.AsSpan(Head.Length));
        Middle.CopyTo(line, Head.Length + HashLength);
        body.CopyTo(line.AsSpan(BodyOffset));
        line[^1] = (byte)'}';
        return line;
    }
}
