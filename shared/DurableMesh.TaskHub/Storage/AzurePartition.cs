using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Storage;

/// <summary>One partition in Azure Storage, as one host sees it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim holds nothing to dispose unless its wait handle is used.")]
internal sealed class AzurePartition(
    BlobContainerClient container,
    AzurePartitionLease lease,
    int partition,
    ISaveWitness? saves,
    TimeProvider time,
    ILogger logger) : IPartitionStorage
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly string _logPrefix = $"p{partition:D2}/log-";
    private readonly string _checkpointPrefix = $"p{partition:D2}/checkpoint-";

    // A client costs some kilobytes to make, and nearly all calls go to the newest segment.
    private AppendBlobClient? _newest;

    // While a segment's lease is being claimed and is not confirmed yet, no append may go out under it.
    private readonly SemaphoreSlim _oneWrite = new(1, 1);

    /// <inheritdoc/>
    public TimeSpan LeaseDuration => AzurePartitionLease.Duration;

    /// <inheritdoc/>
    public int MaximumBlockBytes => 4 * 1024 * 1024;

    /// <inheritdoc/>
    public int MaximumBlocksPerSegment => 45_000;

    /// <inheritdoc/>
    public long? SavedUntil(long newest) => saves?.SavedUntil(newest);

    /// <inheritdoc/>
    public Task<LeaseAttempt> TryAcquireLeaseAsync(HubOwner owner, CancellationToken cancellation) =>
        AloneAsync(
            async () =>
            {
                var attempt = await lease.TryTakeAsync(owner, cancellation);
                return attempt.Acquired && !await TryFenceAsync(cancellation)
                    ? new LeaseAttempt(Acquired: false, Holder: null)
                    : attempt;
            },
            cancellation);

    /// <inheritdoc/>
    /// <remarks>Goes on until the storage answers.</remarks>
    public async Task RenewLeaseAsync(CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await lease.ConfirmAsync(cancellation);
                return;
            }
            catch (StorageUnavailableException e)
            {
                logger.RenewalWaits(partition, e);
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public Task ReleaseLeaseAsync(CancellationToken cancellation) => lease.ReleaseAsync(cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LogSegment>> ListSegmentsAsync(CancellationToken cancellation)
    {
        try
        {
            return await AzureErrors.RunAsync(container.Uri, "list the log", () => ListAsync(cancellation), cancellation);
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public Task CreateSegmentAsync(long number, CancellationToken cancellation) =>
        AloneAsync(
            async () =>
            {
                MustBeSaved("create the segment");
                await lease.ConfirmAsync(cancellation);
                var segment = Segment(number);
                if (!await TryCreateAsync(segment, cancellation) && await LengthAsync(segment, cancellation) != 0)
                {
                    throw new AppendPositionException(number, expected: 0);
                }

                await lease.ClaimAsync(segment, cancellation);
                await lease.ConfirmAsync(cancellation);
                return true;
            },
            cancellation);

    /// <inheritdoc/>
    public async Task AppendAsync(long segment, long position, ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(block.Length, nameof(block));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(block.Length, MaximumBlockBytes, nameof(block));
        MustBeSaved("append to the log");
        try
        {
            await UnderLeaseAsync(
                Segment(segment),
                "append to the log",
                (blob, leaseId) => blob.AppendBlockAsync(
                    BinaryData.FromBytes(block).ToStream(),
                    new AppendBlobAppendBlockOptions
                    {
                        Conditions = new AppendBlobRequestConditions { LeaseId = leaseId, IfAppendPositionEqual = position },
                    },
                    cancellation),
                cancellation);
        }
        catch (RequestFailedException e) when (e.IsPositionMismatch || e.IsMissing)
        {
            throw new AppendPositionException(segment, position, e);
        }
        catch (RequestFailedException e) when (e.IsFull)
        {
            throw new SegmentFullException(segment, e);
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(
        long segment, long offset, int length, CancellationToken cancellation)
    {
        try
        {
            return await DownloadAsync(Segment(segment), "read the log", offset, length, cancellation);
        }
        catch (RequestFailedException e) when (e.IsBeyondEnd)
        {
            return default;
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            throw new FileNotFoundException($"Partition {partition} has no log segment {segment}.", e);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteSegmentAsync(long number, CancellationToken cancellation)
    {
        try
        {
            await UnderLeaseAsync(
                Segment(number),
                "delete the segment",
                (blob, leaseId) => blob.DeleteAsync(
                    conditions: new BlobRequestConditions { LeaseId = leaseId }, cancellationToken: cancellation),
                cancellation);
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            await lease.ConfirmAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryWriteCheckpointFileAsync(
        long number, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var blob = CheckpointFile(number);
        var creation = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        MustBeSaved("write the checkpoint file");
        try
        {
            await AzureErrors.RunAsync(
                blob.Uri,
                "write the checkpoint file",
                () => blob.UploadAsync(BinaryData.FromBytes(content).ToStream(), creation, cancellation),
                cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsConditionNotMet)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadCheckpointFileAsync(long number, long offset, int length, CancellationToken cancellation)
    {
        try
        {
            var bytes = await DownloadAsync(CheckpointFile(number), "read the checkpoint file", offset, length, cancellation);
            return bytes.Length == length ? bytes.ToArray() : throw new EndOfStreamException();
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            throw new FileNotFoundException($"Partition {partition} has no checkpoint file {number}.", e);
        }
        catch (Exception e) when (e is EndOfStreamException or RequestFailedException { IsBeyondEnd: true })
        {
            throw new InvalidDataException(
                $"Checkpoint file {number} of partition {partition} ends before byte {offset + length:N0}.", e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CheckpointFile>> ListCheckpointFilesAsync(CancellationToken cancellation)
    {
        try
        {
            return await AzureErrors.RunAsync(
                container.Uri, "list the checkpoint files", () => ListFilesAsync(cancellation), cancellation);
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public async Task DeleteCheckpointFileAsync(long number, CancellationToken cancellation)
    {
        var blob = CheckpointFile(number);
        await AzureErrors.RunAsync(
            blob.Uri,
            "delete the checkpoint file",
            () => blob.DeleteIfExistsAsync(cancellationToken: cancellation),
            cancellation);
    }

    /// <summary>Nothing is written that would be acknowledged and then forgotten.</summary>
    private void MustBeSaved(string operation)
    {
        if (saves?.Trouble is { } trouble)
        {
            throw new StorageUnavailableException($"The storage cannot {operation} now: {trouble}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> DownloadAsync(
        BlobBaseClient blob, string operation, long offset, int length, CancellationToken cancellation)
    {
        var options = new BlobDownloadOptions { Range = new HttpRange(offset, length) };
        var answer = await AzureErrors.RunAsync(
            blob.Uri, operation, () => blob.DownloadContentAsync(options, cancellation), cancellation);
        return answer.Value.Content.ToMemory();
    }

    private async Task<bool> TryFenceAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var segment in await ListSegmentsAsync(cancellation))
            {
                await lease.ClaimAsync(Segment(segment.Number), cancellation);
            }

            await lease.ConfirmAsync(cancellation);
            return true;
        }
        catch (LeaseLostException)
        {
            return false;
        }
    }

    // The service refuses a write under a lease that it does not know (any more). The lease is ours to claim again as long as
    // the partition is.
    private Task<T> UnderLeaseAsync<T>(
        AppendBlobClient segment,
        string operation,
        Func<AppendBlobClient, string, Task<T>> write,
        CancellationToken cancellation) =>
        AloneAsync(
            async () =>
            {
                try
                {
                    return await WriteAsync();
                }
                catch (RequestFailedException e) when (e.IsLeaseConflict)
                {
                    await lease.ConfirmAsync(cancellation);
                    await lease.ClaimAsync(segment, cancellation);
                    await lease.ConfirmAsync(cancellation);
                    logger.ClaimedSegmentAgain(segment.Name, e);
                }

                try
                {
                    return await WriteAsync();
                }
                catch (RequestFailedException e) when (e.IsLeaseConflict)
                {
                    throw lease.Lost(e);
                }

                Task<T> WriteAsync()
                {
                    var leaseId = lease.Id;
                    return AzureErrors.RunAsync(segment.Uri, operation, () => write(segment, leaseId), cancellation);
                }
            },
            cancellation);

    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _oneWrite.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            _oneWrite.Release();
        }
    }

    private static async Task<bool> TryCreateAsync(AppendBlobClient segment, CancellationToken cancellation)
    {
        var creation = new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } };
        try
        {
            await AzureErrors.RunAsync(
                segment.Uri, "create the segment", () => segment.CreateAsync(creation, cancellation), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsConditionNotMet || e.IsLeaseConflict)
        {
            return false;
        }
    }

    private static async Task<long> LengthAsync(AppendBlobClient segment, CancellationToken cancellation)
    {
        var properties = await AzureErrors.RunAsync(
            segment.Uri, "look at the segment", () => segment.GetPropertiesAsync(cancellationToken: cancellation), cancellation);
        return properties.Value.ContentLength;
    }

    private async Task<IReadOnlyList<LogSegment>> ListAsync(CancellationToken cancellation)
    {
        var segments = new List<LogSegment>();
        var options = new GetBlobsOptions { Prefix = _logPrefix };
        await foreach (var blob in container.GetBlobsAsync(options, cancellation))
        {
            var number = long.Parse(blob.Name.AsSpan(_logPrefix.Length), CultureInfo.InvariantCulture);
            segments.Add(new LogSegment(number, blob.Properties.ContentLength ?? 0, Blocks: null));
        }

        segments.Sort((one, other) => one.Number.CompareTo(other.Number));
        if (segments is [.., var last])
        {
            // Only the last one is written to, and only a look at the blob itself tells its blocks.
            var blob = (await Segment(last.Number).GetPropertiesAsync(cancellationToken: cancellation)).Value;
            segments[^1] = last with { Length = blob.ContentLength, Blocks = blob.BlobCommittedBlockCount };
        }

        return segments;
    }

    private async Task<IReadOnlyList<CheckpointFile>> ListFilesAsync(CancellationToken cancellation)
    {
        var files = new List<CheckpointFile>();
        var options = new GetBlobsOptions { Prefix = _checkpointPrefix };
        await foreach (var blob in container.GetBlobsAsync(options, cancellation))
        {
            var number = long.Parse(blob.Name.AsSpan(_checkpointPrefix.Length), CultureInfo.InvariantCulture);
            files.Add(new CheckpointFile(number, blob.Properties.ContentLength ?? 0));
        }

        files.Sort((one, other) => one.Number.CompareTo(other.Number));
        return files;
    }

    private BlockBlobClient CheckpointFile(long number) =>
        container.GetBlockBlobClient(string.Create(CultureInfo.InvariantCulture, $"{_checkpointPrefix}{number:D8}"));

    private AppendBlobClient Segment(long number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{_logPrefix}{number:D8}");
        return _newest is { } known && known.Name == name ? known : _newest = container.GetAppendBlobClient(name);
    }
}
