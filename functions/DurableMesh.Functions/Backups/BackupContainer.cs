using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMesh.Client.Backups;
using DurableMesh.LocalHost;

namespace DurableMesh.Functions.Backups;

/// <summary>One of the two containers of a mesh, as a backup reads it and a restore writes it.</summary>
/// <param name="blobs">The container.</param>
/// <param name="prefix">What stands in a backup before the names of its blobs.</param>
internal sealed partial class BackupContainer(BlobContainerClient blobs, string prefix)
{
    /// <summary>So much of a blob is in memory at once.</summary>
    private const int PieceBytes = 4 * 1024 * 1024;

    private const int OpenAhead = 16;

    /// <summary>The container, for people.</summary>
    public string Name => blobs.Name;

    /// <summary>A container of an account; asked again where a call fails.</summary>
    public static BackupContainer Open(StorageConnection storage, string name, string prefix) => new(
        storage.OpenContainer(name, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false },
        }),
        prefix);

    /// <summary>Whether a name in a backup is that of a blob of this container.</summary>
    public bool Has(string entry) => entry.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>The blobs in a folder, or all, with their lengths now.</summary>
    public async IAsyncEnumerable<SeenBlob> ListAsync(
        string? folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var blob in blobs.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellation))
        {
            var kind = blob.Properties.BlobType == BlobType.Append ? BackupBlobKind.Append : BackupBlobKind.Block;
            yield return new SeenBlob(blob.Name, kind, blob.Properties.ContentLength ?? 0);
        }
    }

    /// <summary>
    /// Copies blobs into a backup: those that are appended to as far as they were seen, any other as it is now. What is gone by
    /// now is left out. Some are opened ahead, for most are small, and the way to them is most of the work.
    /// </summary>
    public async Task CopyAsync(IAsyncEnumerable<SeenBlob> seen, BackupWriter into, CancellationToken cancellation)
    {
        var ahead = new Queue<Task<OpenBlob?>>();
        try
        {
            await foreach (var blob in seen.WithCancellation(cancellation))
            {
                ahead.Enqueue(OpenAsync(blob, cancellation));
                if (ahead.Count == OpenAhead)
                {
                    await WriteNextAsync();
                }
            }

            while (ahead.Count > 0)
            {
                await WriteNextAsync();
            }
        }
        finally
        {
            foreach (var opening in ahead)
            {
                await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ((opening.IsCompletedSuccessfully ? opening.Result : null)?.Content.DisposeAsync() ?? default);
            }
        }

        async Task WriteNextAsync()
        {
            if (await ahead.Dequeue() is { } next)
            {
                await using var content = next.Content;
                await into.AddAsync(
                    prefix + next.Name, next.Kind, next.ContentType, content, next.Length, cancellation);
            }
        }
    }

    private async Task<OpenBlob?> OpenAsync(SeenBlob seen, CancellationToken cancellation)
    {
        var blob = blobs.GetBlobBaseClient(seen.Name);
        if (seen.Kind == BackupBlobKind.Append)
        {
            var options = new BlobOpenReadOptions(allowModifications: true) { BufferSize = PieceBytes };
            return new OpenBlob(seen.Name, seen.Kind, null, await blob.OpenReadAsync(options, cancellation), seen.Length);
        }

        try
        {
            var whole = (await blob.DownloadStreamingAsync(cancellationToken: cancellation)).Value;
            var details = whole.Details;
            return new OpenBlob(seen.Name, seen.Kind, details.ContentType, whole.Content, details.ContentLength);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // Such as the claim of an agent that has done with its message.
            return null;
        }
    }

    private sealed record OpenBlob(string Name, BackupBlobKind Kind, string? ContentType, Stream Content, long Length);
}

/// <summary>A blob, as a list has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="Length">Its length then.</param>
internal sealed record SeenBlob(string Name, BackupBlobKind Kind, long Length);
