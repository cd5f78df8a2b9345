using DurableMesh.Client.Backups;

namespace DurableMesh.Functions.Backups;

/// <summary>
/// Writes a backup into an account that has nothing of a mesh. From the first write to the last no host opens the containers; a
/// restore that was broken off is begun anew by the next.
/// </summary>
/// <param name="hub">The task hub's container.</param>
/// <param name="store">The store's container, whose mark is written first and taken away last.</param>
internal sealed class MeshRestore(BackupContainer hub, BackupContainer store)
{
    private const int NamedAtOnce = 3;
    private const int SmallBytes = 256 * 1024;
    private const int SmallOnesAtOnce = 16;

    /// <summary>Restores.</summary>
    /// <param name="file">The backup, which is read twice: it is verified before anything is written.</param>
    /// <param name="progress">Is told how many blobs of how many are written.</param>
    /// <param name="cancellation">Breaks it off.</param>
    /// <exception cref="BackupException">It is no backup that is whole; or changed while it was restored.</exception>
    /// <exception cref="RestoreRefusedException">There is a mesh already.</exception>
    public async Task<BackupManifest> RunAsync(Stream file, Action<int, int> progress, CancellationToken cancellation)
    {
        var manifest = await BackupReader.VerifyAsync(file, cancellation);
        await BeginAsync(cancellation);
        file.Position = 0;
        var blobs = manifest.Blobs.ToDictionary(blob => blob.Name, StringComparer.Ordinal);
        var (written, writing) = (0, new Queue<Task>());
        try
        {
            await BackupReader.ReadAsync(file, WriteAsync, cancellation);
            await Task.WhenAll(writing);
        }
        finally
        {
            await Task.WhenAll(writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await hub.UnmarkAsync(cancellation);
        await store.UnmarkAsync(cancellation);
        return manifest;

        async Task WriteAsync(string name, Stream content, long length, CancellationToken token)
        {
            if (!blobs.TryGetValue(name, out var blob) || blob.Length != length)
            {
                throw new BackupException("It was changed while it was restored. Run the restore again: it begins anew.");
            }

            var container = hub.Has(name) ? hub : store;
            if (length > SmallBytes)
            {
                await container.WriteAsync(blob, content, token);
            }
            else
            {
                // Most are small, and the way to the storage is most of the work.
                var small = new byte[length];
                await content.ReadExactlyAsync(small, token);
                if (writing.Count == SmallOnesAtOnce)
                {
                    await writing.Dequeue();
                }

                writing.Enqueue(container.WriteAsync(blob, new MemoryStream(small), token));
            }

            progress(++written, blobs.Count);
        }
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        await hub.EnsureAsync(cancellation);
        await store.EnsureAsync(cancellation);
        if (await store.IsMarkedAsync(cancellation))
        {
            await hub.MarkAsync(cancellation);
            await hub.ClearAsync(cancellation);
            await store.ClearAsync(cancellation);
            return;
        }

        await MustBeEmptyAsync(hub, cancellation);
        await MustBeEmptyAsync(store, cancellation);
        await store.MarkAsync(cancellation);
        await hub.MarkAsync(cancellation);
    }

    private static async Task MustBeEmptyAsync(BackupContainer container, CancellationToken cancellation)
    {
        var some = await container.ListAsync(folder: null, cancellation).Take(NamedAtOnce).ToListAsync(cancellation);
        if (some.Count > 0)
        {
            throw new RestoreRefusedException(
                $"The container {container.Name} has something in it already: {string.Join(", ", some.Select(one => one.Name))}. "
                + "A restore writes into an empty account alone: name another one in AzureWebJobsStorage, or stop the mesh and "
                + "move its data away (the embedded Azurite's are in .azurite).");
        }
    }
}

/// <summary>A restore would write over something.</summary>
internal sealed class RestoreRefusedException(string message) : Exception(message);
