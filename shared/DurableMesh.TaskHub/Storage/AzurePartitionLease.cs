using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// Ownership of one partition. The lease on the owner blob decides who owns it; each log segment carries an endless lease with
/// the same id, so that the service itself refuses the appends of an owner that was deposed.
/// </summary>
/// <remarks>
/// Two rules make that hold. A new owner takes the segments' leases over <em>after</em> it has the owner blob's. And whoever
/// takes a segment's lease confirms <em>afterwards</em>, before it relies on it, that it still has the owner blob's: so a deposed
/// owner that wakes up in between may disturb its successor for a moment (which claims its segment back) but never writes.
/// </remarks>
internal sealed class AzurePartitionLease(AzureHubStorage hub, BlobContainerClient container, int partition, ILogger logger)
{
    private readonly BlockBlobClient _blob = container.GetBlockBlobClient($"p{partition:D2}/owner");
    private OwnerDocument? _held;

    // The id of an attempt that is not known to have worked. It is used again, so that one whose answer was lost costs nothing.
    private string? _unsettledId;

    /// <summary>How long the owner blob's lease lives; 15 s is the least that the service takes.</summary>
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(15);

    /// <summary>The id of the lease.</summary>
    /// <exception cref="LeaseLostException">It is not held.</exception>
    public string Id => Held.LeaseId;

    private OwnerDocument Held => _held ?? throw NotOwned();

    /// <summary>Tries once to take the owner blob's lease and to enter <paramref name="owner"/> there.</summary>
    public async Task<LeaseAttempt> TryTakeAsync(HubOwner owner, CancellationToken cancellation)
    {
        if (_held is { } mine && await TryKeepAsync(mine, cancellation))
        {
            return new LeaseAttempt(Acquired: true, Holder: null);
        }

        _unsettledId ??= Guid.NewGuid().ToString();
        var candidate = new OwnerDocument(_unsettledId, owner);
        if (!await TryLeaseOrCreateAsync(candidate, cancellation))
        {
            var (current, version) = await ReadAsync(cancellation);
            if (current is null || !IsOver(current.Owner, owner))
            {
                return new LeaseAttempt(Acquired: false, current?.Owner);
            }

            // Bound to the version that named that owner: another host may have succeeded it by now.
            if (!await TryBreakAsync(version, cancellation) || !await TryLeaseAsync(candidate, default, cancellation))
            {
                return new LeaseAttempt(Acquired: false, Holder: null);
            }

            logger.TookOver(partition, current.Owner.HostId, current.Owner.ProcessId);
        }

        if (!await TryWriteAsync(candidate, new BlobRequestConditions { LeaseId = candidate.LeaseId }, cancellation))
        {
            return new LeaseAttempt(Acquired: false, Holder: null);
        }

        _held = candidate;
        _unsettledId = null;
        return new LeaseAttempt(Acquired: true, Holder: null);
    }

    /// <summary>Renews the lease and so makes sure that it is held.</summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    public async Task ConfirmAsync(CancellationToken cancellation)
    {
        var mine = Held;
        if (!await TryKeepAsync(mine, cancellation))
        {
            throw Lost(mine);
        }
    }

    /// <summary>
    /// Puts the owner's lease on a segment, whoever else's it carries. The caller must <see cref="ConfirmAsync"/> before it
    /// relies on that.
    /// </summary>
    public async Task ClaimAsync(BlobBaseClient segment, CancellationToken cancellation)
    {
        if (await TryEndlessLeaseAsync(segment, cancellation))
        {
            return;
        }

        await AzureErrors.RunAsync(segment.Uri, "break the lease", () => BreakAsync(segment, null, cancellation), cancellation);
        if (!await TryEndlessLeaseAsync(segment, cancellation))
        {
            throw new StorageUnavailableException(
                $"Another host leases {segment.Uri.GetLeftPart(UriPartial.Path)} at the same time.");
        }
    }

    /// <summary>Gives the lease up, also one whose acquisition was never answered.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        if ((_held?.LeaseId ?? _unsettledId) is not { } leaseId)
        {
            return;
        }

        (_held, _unsettledId) = (null, null);
        try
        {
            await AzureErrors.RunAsync(
                _blob.Uri,
                "release the lease",
                () => _blob.GetBlobLeaseClient(leaseId).ReleaseAsync(cancellationToken: cancellation),
                cancellation);
        }
        catch (RequestFailedException e) when (e.IsLeaseConflict || e.IsMissing)
        {
            logger.ReleasedLeaseWasGone(partition, e);
        }
    }

    /// <summary>Gives up for good what the service says is somebody else's.</summary>
    public LeaseLostException Lost(Exception? inner = null) => Lost(_held, inner);

    private static bool IsOver(HubOwner current, HubOwner candidate) =>
        current.HostId == candidate.HostId || ProcessIdentity.Of(current).IsProvablyDead();

    private LeaseLostException Lost(OwnerDocument? mine, Exception? inner = null)
    {
        // Another call may have acquired anew meanwhile.
        Interlocked.CompareExchange(ref _held, null, mine);
        return NotOwned(inner);
    }

    private LeaseLostException NotOwned(Exception? inner = null) =>
        new($"Partition {partition} of {container.Name} is not owned by this host (any more).", inner);

    private async Task<bool> TryKeepAsync(OwnerDocument mine, CancellationToken cancellation) =>
        await TryRenewAsync(mine, cancellation) || await TryRestoreAsync(mine, cancellation);

    private async Task<bool> TryRenewAsync(OwnerDocument mine, CancellationToken cancellation)
    {
        try
        {
            var lease = await AzureErrors.RunAsync(
                _blob.Uri,
                "renew the lease",
                () => _blob.GetBlobLeaseClient(mine.LeaseId).RenewAsync(cancellationToken: cancellation),
                cancellation);

            // Azurite renews an expired lease under any id, and answers whose it was.
            return lease.Value.LeaseId.Equals(mine.LeaseId, StringComparison.OrdinalIgnoreCase);
        }
        catch (RequestFailedException e) when (e.IsLeaseConflict || e.IsMissing)
        {
            return false;
        }
    }

    // A restarted Azurite may have forgotten the lease, or the blob. While the blob names nobody else, nobody else was owner.
    private async Task<bool> TryRestoreAsync(OwnerDocument mine, CancellationToken cancellation)
    {
        var (current, version) = await ReadAsync(cancellation);
        var mineStill = current is null ? await TryCreateAsync(mine, cancellation) : current.LeaseId == mine.LeaseId;
        if (!mineStill || !await TryLeaseAsync(mine, version, cancellation))
        {
            return false;
        }

        logger.RestoredForgottenLease(partition);
        return true;
    }

    private async Task<bool> TryLeaseOrCreateAsync(OwnerDocument candidate, CancellationToken cancellation)
    {
        try
        {
            return await TryLeaseAsync(candidate, default, cancellation);
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            await TryCreateAsync(candidate, cancellation);
            return await TryLeaseAsync(candidate, default, cancellation);
        }
    }

    private async Task<bool> TryCreateAsync(OwnerDocument document, CancellationToken cancellation)
    {
        await hub.RestoreAsync(cancellation);
        return await TryWriteAsync(document, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellation);
    }

    private async Task<bool> TryLeaseAsync(OwnerDocument document, ETag version, CancellationToken cancellation)
    {
        try
        {
            await AzureErrors.RunAsync(
                _blob.Uri,
                "acquire the lease",
                () => _blob.GetBlobLeaseClient(document.LeaseId).AcquireAsync(Duration, Unchanged(version), cancellation),
                cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsLeaseConflict || e.IsConditionNotMet)
        {
            return false;
        }
    }

    private async Task<bool> TryBreakAsync(ETag version, CancellationToken cancellation)
    {
        try
        {
            await AzureErrors.RunAsync(
                _blob.Uri, "break the lease", () => BreakAsync(_blob, Unchanged(version), cancellation), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsConditionNotMet || e.IsMissing)
        {
            return false;
        }
    }

    private async Task<bool> TryEndlessLeaseAsync(BlobBaseClient segment, CancellationToken cancellation)
    {
        var lease = segment.GetBlobLeaseClient(Id);
        try
        {
            await AzureErrors.RunAsync(
                segment.Uri,
                "lease the segment",
                () => lease.AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: cancellation),
                cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsLeaseConflict)
        {
            return false;
        }
    }

    private async Task<bool> TryWriteAsync(
        OwnerDocument document, BlobRequestConditions conditions, CancellationToken cancellation)
    {
        var content = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(document, StorageJson.Default.OwnerDocument));
        var options = new BlobUploadOptions { Conditions = conditions };
        try
        {
            await AzureErrors.RunAsync(
                _blob.Uri, "write the owner", () => _blob.UploadAsync(content.ToStream(), options, cancellation), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsLeaseConflict || e.IsConditionNotMet)
        {
            return false;
        }
    }

    private async Task<(OwnerDocument? Document, ETag Version)> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var found = await AzureErrors.RunAsync(
                _blob.Uri, "read the owner", () => _blob.DownloadContentAsync(cancellation), cancellation);
            var document = JsonSerializer.Deserialize(found.Value.Content, StorageJson.Default.OwnerDocument);
            return (document, found.Value.Details.ETag);
        }
        catch (RequestFailedException e) when (e.IsMissing)
        {
            return (null, default);
        }
    }

    private static async Task<bool> BreakAsync(
        BlobBaseClient target, RequestConditions? conditions, CancellationToken cancellation)
    {
        try
        {
            await target.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, conditions, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.IsLeaseConflict)
        {
            return false;
        }
    }

    private static RequestConditions? Unchanged(ETag version) =>
        version == default ? null : new RequestConditions { IfMatch = version };
}
