using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Store;

/// <summary>
/// A container in memory that fails when and how a test says. Several logs may share one: they are then several hosts.
/// </summary>
internal sealed class MemoryBlobs : IBlobs
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Blob> _blobs = new(StringComparer.Ordinal);

    /// <summary>Decides the fate of each call from its operation and blob name.</summary>
    public Func<string, string, BlobFault> Fault { get; set; } = (_, _) => BlobFault.None;

    /// <summary>Until when all that was acknowledged is saved, as a timestamp; null: nobody sees it.</summary>
    public Func<long>? Saved { get; set; }

    /// <summary>Why nothing is saved now.</summary>
    public string? Trouble { get; set; }

    /// <summary>Appends wait for this before they happen.</summary>
    public Task AppendGate { get; set; } = Task.CompletedTask;

    public int Appends { get; private set; }

    /// <summary>How many appends wait at <see cref="AppendGate"/>.</summary>
    public int AppendsWaiting { get; private set; }

    public int Reads { get; private set; }

    /// <summary>How often a blob was written, or was to be, over a version of it.</summary>
    public int Writes { get; private set; }

    public long? SavedUntil(long newest) => Saved?.Invoke();

    public Task EnsureContainerAsync(CancellationToken cancellation) => Do("ensure", "", () => 0);

    public Task<IReadOnlyList<BlobLength>> ListAsync(string prefix, CancellationToken cancellation) =>
        Do<IReadOnlyList<BlobLength>>("list", prefix, () =>
            [.. _blobs.Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(blob => blob.Key, StringComparer.Ordinal)
                .Select(blob => new BlobLength(blob.Key, blob.Value.Content.Length))]);

    public Task CreateAppendBlobAsync(string name, CancellationToken cancellation) =>
        Do("create", name, () => _blobs.TryAdd(name, new Blob()));

    public Task<long?> GetLengthAsync(string name, CancellationToken cancellation) =>
        Do<long?>("length", name, () => _blobs.TryGetValue(name, out var blob) ? blob.Content.Length : null);

    public async Task<int> AppendAsync(string name, long position, ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        AppendsWaiting++;
        await AppendGate.WaitAsync(cancellation);
        AppendsWaiting--;
        return await Do("append", name, () =>
        {
            if (!_blobs.TryGetValue(name, out var blob) || blob.Content.Length != position)
            {
                throw new AppendConflictException(name, position);
            }

            Appends++;
            blob.Content = [.. blob.Content, .. block.Span];
            return ++blob.Blocks;
        });
    }

    public Task<ReadOnlyMemory<byte>> ReadAsync(string name, long offset, long count, CancellationToken cancellation) =>
        Do<ReadOnlyMemory<byte>>("read", name, () =>
        {
            Reads++;
            var content = _blobs[name].Content;
            return content.AsMemory((int)offset, (int)Math.Min(count, content.Length - offset));
        });

    public Task WriteAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation) =>
        Do("write", name, () => _blobs[name] = new Blob { Content = content.ToArray() });

    public Task<ReadOnlyMemory<byte>?> FindAsync(string name, CancellationToken cancellation) =>
        Do<ReadOnlyMemory<byte>?>("find", name, () =>
            _blobs.TryGetValue(name, out var blob) ? blob.Content.AsMemory() : (ReadOnlyMemory<byte>?)null);

    public Task<IReadOnlyList<BlobVersion>> ListVersionsAsync(string prefix, CancellationToken cancellation) =>
        Do<IReadOnlyList<BlobVersion>>("list", prefix, () =>
            [.. _blobs.Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(blob => new BlobVersion(blob.Key, blob.Value.Version))]);

    public Task<VersionedBlob?> FindVersionAsync(string name, CancellationToken cancellation) =>
        Do<VersionedBlob?>("find", name, () =>
            _blobs.TryGetValue(name, out var blob) ? new VersionedBlob(blob.Content, blob.Version) : null);

    public Task<string?> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string contentType, string? version, CancellationToken cancellation) =>
        Do("write", name, () =>
        {
            Writes++;
            return _blobs.GetValueOrDefault(name)?.Version == version
                ? (_blobs[name] = new Blob { Content = content.ToArray() }).Version
                : null;
        });

    public Task DeleteAsync(string name, CancellationToken cancellation) => Do("delete", name, () => _blobs.Remove(name));

    /// <summary>What a blob holds, as text.</summary>
    public string Text(string name)
    {
        lock (_gate)
        {
            return System.Text.Encoding.UTF8.GetString(_blobs[name].Content);
        }
    }

    /// <summary>The names of all blobs.</summary>
    public IReadOnlyList<string> Names()
    {
        lock (_gate)
        {
            return [.. _blobs.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What a killed Azurite does: forgets the end of a blob that it had acknowledged.</summary>
    public void Forget(string name, int bytes)
    {
        lock (_gate)
        {
            _blobs[name].Content = _blobs[name].Content[..^bytes];
        }
    }

    /// <summary>What a killed Azurite does: forgets a blob that it had acknowledged.</summary>
    public void Forget(string name)
    {
        lock (_gate)
        {
            _blobs.Remove(name);
        }
    }

    private Task<T> Do<T>(string operation, string name, Func<T> action)
    {
        lock (_gate)
        {
            var fault = Fault(operation, name);
            if (fault == BlobFault.Before)
            {
                return Task.FromException<T>(new StoreUnavailableException($"{operation} {name}: away"));
            }

            try
            {
                var result = action();
                return fault == BlobFault.None
                    ? Task.FromResult(result)
                    : Task.FromException<T>(new StoreUnavailableException($"{operation} {name}: the answer was lost"));
            }
            catch (AppendConflictException e)
            {
                return Task.FromException<T>(e);
            }
        }
    }

    private sealed class Blob
    {
        public byte[] Content { get; set; } = [];

        public int Blocks { get; set; }

        public string Version { get; } = Guid.NewGuid().ToString("N");
    }
}

/// <summary>What happens to one call.</summary>
internal enum BlobFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It fails and has done nothing.</summary>
    Before,

    /// <summary>It is done, but the caller hears of a failure.</summary>
    After,
}
