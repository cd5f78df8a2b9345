using System.Collections.Concurrent;
using System.Text.Json;
using DurableMesh.Core.Leases;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Store;

/// <summary>
/// <see cref="ILeaseStore"/> over one small blob for each agent of a thread, <c>leases/THREAD/AGENT</c>, which is only written
/// over the version that was decided about. A claim is one write: what this host saw last is tried first, and read again where
/// another host was faster.
/// </summary>
internal sealed class BlobLeaseStore(IBlobs blobs, IOptions<MeshOptions> options, TimeProvider time) : ILeaseStore, IDisposable
{
    private const string Folder = "leases/";
    private const int Attempts = 10;
    private const int ReadsAtOnce = 16;

    private readonly ConcurrentDictionary<(string Thread, string Agent), Kept> _known = new();
    private readonly SemaphoreSlim _listing = new(1);
    private readonly TimeSpan _trustedFor = TimeSpan.FromSeconds(options.Value.Store.SharedByHosts == true ? 1 : 30);
    private long _listedAt;
    private volatile bool _listed;

    public async Task<LeaseDecision> AskAsync(string threadId, LeaseRequest request, CancellationToken cancellation)
    {
        var key = (threadId, request.Agent);
        var kept = _known.GetValueOrDefault(key) ?? Kept.Nothing;
        var certain = false;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var decision = LeaseRules.Decide(kept.Lease, request, time.GetUtcNow());
            if (decision.Refusal is null && await TryWriteAsync(key, kept, decision.Lease, cancellation))
            {
                return decision;
            }

            // No is only said by what the storage has now.
            if (decision.Refusal is not null && certain)
            {
                return decision;
            }

            kept = await ReadAsync(key, cancellation);
            certain = true;
        }

        throw new StoreUnavailableException(
            $"The lease of '{request.Agent}' on thread {threadId} changes faster than it can be claimed.");
    }

    public async ValueTask<ILookup<string, LeaseView>> AtWorkAsync(CancellationToken cancellation)
    {
        await FreshenAsync(_trustedFor, cancellation);
        var now = time.GetUtcNow();
        return _known
            .Where(one => one.Value.Lease is { } lease && LeaseRules.IsAlive(lease, now))
            .ToLookup(one => one.Key.Thread, one => one.Value.Lease!);
    }

    public async Task SweepAsync(Func<string, ValueTask<bool>> isOver, CancellationToken cancellation)
    {
        // Once, for what hosts that are gone left behind; from then on this host knows what it wrote and was asked to show.
        await FreshenAsync(TimeSpan.MaxValue, cancellation);
        foreach (var thread in _known.Keys.ToLookup(key => key.Thread))
        {
            if (!await isOver(thread.Key))
            {
                continue;
            }

            foreach (var key in thread)
            {
                await blobs.DeleteAsync(NameOf(key), cancellation);
                _known.TryRemove(key, out _);
            }
        }
    }

    public void Dispose() => _listing.Dispose();

    private async Task<bool> TryWriteAsync(
        (string Thread, string Agent) key, Kept kept, LeaseView lease, CancellationToken cancellation)
    {
        if (ReferenceEquals(lease, kept.Lease))
        {
            return true;
        }

        // Whatever becomes of the write, what is known is not what the storage has.
        _known.TryRemove(key, out _);
        var content = JsonSerializer.SerializeToUtf8Bytes(lease, AppJson.TypeInfo<LeaseView>());
        if (await blobs.TryWriteAsync(NameOf(key), content, "application/json", kept.Version, cancellation) is not { } version)
        {
            return false;
        }

        _known[key] = new Kept(lease, version, time.GetTimestamp());
        return true;
    }

    private async Task<Kept> ReadAsync((string Thread, string Agent) key, CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        if (await blobs.FindVersionAsync(NameOf(key), cancellation) is not { } found)
        {
            _known.TryRemove(key, out _);
            return Kept.Nothing;
        }

        var lease = JsonSerializer.Deserialize(found.Content.Span, AppJson.TypeInfo<LeaseView>());
        return _known[key] = new Kept(lease, found.Version, asked);
    }

    /// <summary>Looks at what other hosts wrote, unless somebody did a moment ago.</summary>
    private async ValueTask FreshenAsync(TimeSpan trustedFor, CancellationToken cancellation)
    {
        if (IsFresh(trustedFor))
        {
            return;
        }

        await _listing.WaitAsync(cancellation);
        try
        {
            if (!IsFresh(trustedFor))
            {
                await ListAsync(cancellation);
            }
        }
        finally
        {
            _listing.Release();
        }
    }

    private bool IsFresh(TimeSpan trustedFor) =>
        _listed && time.GetElapsedTime(Volatile.Read(ref _listedAt)) < trustedFor;

    private async Task ListAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        var listed = await blobs.ListVersionsAsync(Folder, cancellation);
        var found = listed.ToDictionary(blob => KeyOf(blob.Name), blob => blob.Version);
        foreach (var (key, kept) in _known.Where(one => one.Value.SeenAt < asked && !found.ContainsKey(one.Key)))
        {
            _known.TryRemove(KeyValuePair.Create(key, kept));
        }

        var changed = found.Where(one => _known.GetValueOrDefault(one.Key)?.Version != one.Value).Select(one => one.Key);
        await Parallel.ForEachAsync(
            changed,
            new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation },
            async (key, token) => await ReadAsync(key, token));
        Volatile.Write(ref _listedAt, asked);
        _listed = true;
    }

    private static string NameOf((string Thread, string Agent) key) => $"{Folder}{key.Thread}/{key.Agent}";

    private static (string Thread, string Agent) KeyOf(string name) =>
        name[Folder.Length..].Split('/', 2) is [var thread, var agent] ? (thread, agent) : (name, "");

    /// <summary>A lease as the storage had it.</summary>
    /// <param name="Lease">The lease; null where there was none.</param>
    /// <param name="Version">The blob's version; null where there was none.</param>
    /// <param name="SeenAt">When, as a timestamp of the clock.</param>
    private sealed record Kept(LeaseView? Lease, string? Version, long SeenAt)
    {
        public static Kept Nothing { get; } = new(null, null, 0);
    }
}
