using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMesh.LocalHost;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Functions.Store;

/// <summary><see cref="IBlobs"/> over one container of Azure Storage (or Azurite).</summary>
internal sealed class AzureBlobs : IBlobs
{
    private const int BlockBytes = 4 * 1024 * 1024;

    // A large blob goes in blocks, each of which is answered within the patience; it is there when the last one is.
    private static readonly StorageTransferOptions InBlocks = new()
    {
        InitialTransferSize = BlockBytes,
        MaximumTransferSize = BlockBytes,
        MaximumConcurrency = 2,
    };

    private readonly BlobContainerClient _container;
    private readonly StorageStart? _start;
    private readonly ISaveWitness? _saves;

    /// <param name="storage">The account.</param>
    /// <param name="containerName">The container's name.</param>
    /// <param name="patience">After how long a call without an answer counts as failed.</param>
    /// <param name="start">The start of a storage that comes along with the host; null where none does.</param>
    /// <param name="saves">Sees whether the storage saves what it acknowledges; null where nobody can.</param>
    public AzureBlobs(
        StorageConnection storage,
        string containerName,
        TimeSpan patience,
        StorageStart? start = null,
        ISaveWitness? saves = null)
    {
        (_start, _saves) = (start, saves);

        // The newest API version that Azurite 3.35.0 knows. No retries here: only the log knows how to tell a lost answer from
        // a lost request.
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            Retry = { MaxRetries = 0, NetworkTimeout = patience },
            Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false },
        };
        _container = storage.OpenContainer(containerName, options);
    }

    public string? Trouble => _saves?.Trouble;

    public long? SavedUntil(long newest) => _saves?.SavedUntil(newest);

    public async Task EnsureContainerAsync(CancellationToken cancellation)
    {
        try
        {
            await (_start?.ReadyAsync(cancellation) ?? Task.CompletedTask);
        }
        catch (InvalidOperationException never)
        {
            throw new StoreUnavailableException(never.Message);
        }

        await WriteAsync(
            "create the container", () => _container.CreateIfNotExistsAsync(cancellationToken: cancellation), cancellation);
        if (await GetLengthAsync(StoppedHost.RestoreMarker, cancellation) is not null)
        {
            throw new StoreUnavailableException(
                $"A restore into {_container.Uri} is not over, or was broken off. Run it again: it begins anew.");
        }
    }

    public Task<IReadOnlyList<BlobLength>> ListAsync(string prefix, CancellationToken cancellation) =>
        CallAsync<IReadOnlyList<BlobLength>>($"list {prefix}", async () =>
        {
            var found = new List<BlobLength>();
            var options = new GetBlobsOptions { Prefix = prefix };
            await foreach (var blob in _container.GetBlobsAsync(options, cancellation))
            {
                found.Add(new BlobLength(blob.Name, blob.Properties.ContentLength ?? 0));
            }

            return found;
        }, cancellation);

    public Task CreateAppendBlobAsync(string name, CancellationToken cancellation) =>
        WriteAsync($"create {name}", () =>
            _container.GetAppendBlobClient(name).CreateIfNotExistsAsync(cancellationToken: cancellation), cancellation);

    public Task<long?> GetLengthAsync(string name, CancellationToken cancellation) =>
        CallAsync<long?>($"look at {name}", async () =>
        {
            try
            {
                var answer = await _container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: cancellation);
                return answer.Value.ContentLength;
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                return null;
            }
        }, cancellation);

    public Task<int> AppendAsync(string name, long position, ReadOnlyMemory<byte> block, CancellationToken cancellation) =>
        WriteAsync($"append to {name}", async () =>
        {
            var options = new AppendBlobAppendBlockOptions
            {
                Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = position },
            };
            try
            {
                var answer = await _container.GetAppendBlobClient(name)
                    .AppendBlockAsync(BinaryData.FromBytes(block).ToStream(), options, cancellation);
                return answer.Value.BlobCommittedBlockCount;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                throw new AppendConflictException(name, position, e);
            }
        }, cancellation);

    public Task<ReadOnlyMemory<byte>> ReadAsync(string name, long offset, long count, CancellationToken cancellation) =>
        CallAsync($"read {name}", async () =>
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(offset, count) };
            var answer = await _container.GetBlobClient(name).DownloadContentAsync(options, cancellation);
            return answer.Value.Content.ToMemory();
        }, cancellation);

    public Task WriteAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation) =>
        WriteAsync($"write {name}", () =>
        {
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                TransferOptions = InBlocks,
            };
            return _container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), options, cancellation);
        }, cancellation);

    public Task<ReadOnlyMemory<byte>?> FindAsync(string name, CancellationToken cancellation) =>
        CallAsync<ReadOnlyMemory<byte>?>($"read {name}", async () =>
        {
            try
            {
                var answer = await _container.GetBlobClient(name).DownloadContentAsync(cancellation);
                return answer.Value.Content.ToMemory();
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                return null;
            }
        }, cancellation);

    public Task<IReadOnlyList<BlobVersion>> ListVersionsAsync(string prefix, CancellationToken cancellation) =>
        CallAsync<IReadOnlyList<BlobVersion>>($"list {prefix}", async () =>
        {
            var found = new List<BlobVersion>();
            await foreach (var blob in _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellation))
            {
                found.Add(new BlobVersion(blob.Name, VersionOf(blob.Properties.ETag!.Value)));
            }

            return found;
        }, cancellation);

    public Task<VersionedBlob?> FindVersionAsync(string name, CancellationToken cancellation) =>
        CallAsync<VersionedBlob?>($"read {name}", async () =>
        {
            try
            {
                var answer = await _container.GetBlobClient(name).DownloadContentAsync(cancellation);
                return new VersionedBlob(answer.Value.Content.ToMemory(), VersionOf(answer.Value.Details.ETag));
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                return null;
            }
        }, cancellation);

    public Task<string?> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string contentType, string? version, CancellationToken cancellation) =>
        WriteAsync($"write {name}", async () =>
        {
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                Conditions = version is null
                    ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                    : new BlobRequestConditions { IfMatch = new ETag($"\"{version}\"") },
            };
            try
            {
                var answer = await _container.GetBlobClient(name).UploadAsync(
                    BinaryData.FromBytes(content), options, cancellation);
                return VersionOf(answer.Value.ETag);
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 || e.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                return null;
            }
        }, cancellation);

    public Task DeleteAsync(string name, CancellationToken cancellation) =>
        CallAsync(
            $"delete {name}", () => _container.DeleteBlobIfExistsAsync(name, cancellationToken: cancellation), cancellation);

    // A listing has no quotes where the other answers have them.
    private static string VersionOf(ETag tag) => tag.ToString("G").Trim('"');

    /// <summary>Nothing is written that would be acknowledged and then forgotten.</summary>
    private Task<TResult> WriteAsync<TResult>(string what, Func<Task<TResult>> call, CancellationToken cancellation) =>
        Trouble is { } trouble
            ? throw new StoreUnavailableException($"Storage at {_container.Uri} cannot {what} now: {trouble}")
            : CallAsync(what, call, cancellation);

    private async Task<TResult> CallAsync<TResult>(string what, Func<Task<TResult>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsOutage(e, cancellation))
        {
            throw new StoreUnavailableException($"Storage at {_container.Uri} did not {what}: {FirstLine(e.Message)}", e);
        }
    }

    // Whatever the storage answers that no caller above understands is no answer.
    private static bool IsOutage(Exception e, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && (e is RequestFailedException || TransportFault.Is(e, cancellation));

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
