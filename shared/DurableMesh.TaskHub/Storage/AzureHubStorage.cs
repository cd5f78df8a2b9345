using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// A task hub in Azure Storage (or Azurite): a container with <c>hub.json</c> and, for each partition, the blob
/// <c>p{nn}/owner</c> and the append blobs <c>p{nn}/log-{nnnnnnnn}</c>.
/// </summary>
/// <param name="container">The hub's container.</param>
/// <param name="ready">Completes when the storage can be expected to answer.</param>
/// <param name="time">The clock that pauses go by.</param>
/// <param name="logger">The log.</param>
/// <param name="saves">Sees whether it saves what it acknowledges; null where nobody can.</param>
internal sealed class AzureHubStorage(
    BlobContainerClient container,
    Func<CancellationToken, Task> ready,
    TimeProvider time,
    ILogger<AzureHubStorage> logger,
    ISaveWitness? saves = null) : IHubStorage
{
    private int? _partitions;

    /// <inheritdoc/>
    /// <exception cref="RestoreBrokenOffException">A restore into the container is not over.</exception>
    public async Task<int> EnsureHubAsync(int partitionCount, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitionCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitionCount, 99);
        await ready(cancellation);
        var wanted = new HubDocument(HubDocument.CurrentFormat, partitionCount);
        var hub = await AzureErrors.RunAsync(container.Uri, "open the hub", () => OpenAsync(wanted, cancellation), cancellation);
        if (hub.Format != HubDocument.CurrentFormat)
        {
            throw new NewerFormatException(
                $"a hub.json of format {hub.Format} at {container.Uri.GetLeftPart(UriPartial.Path)}");
        }

        _partitions = hub.Partitions;
        return hub.Partitions;
    }

    /// <inheritdoc/>
    public IPartitionStorage OpenPartition(int partition)
    {
        var lease = new AzurePartitionLease(this, container, partition, logger);
        return new AzurePartition(container, lease, partition, saves, time, logger);
    }

    /// <summary>
    /// Puts a hub that was there back in its place: an Azurite that is killed forgets what it was told in its last seconds, and
    /// that may be the whole of a young hub.
    /// </summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        await EnsureHubAsync(_partitions ?? throw new InvalidOperationException("The hub was not opened."), cancellation);
    }

    private async Task<HubDocument> OpenAsync(HubDocument wanted, CancellationToken cancellation)
    {
        var blob = container.GetBlockBlobClient("hub.json");
        await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
        if (await container.GetBlobClient(HubContainer.RestoreMarker).ExistsAsync(cancellation))
        {
            throw new RestoreBrokenOffException(container.Uri.GetLeftPart(UriPartial.Path));
        }

        try
        {
            var content = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(wanted, StorageJson.Default.HubDocument));
            var creation = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            await blob.UploadAsync(content.ToStream(), creation, cancellation);
            return wanted;
        }
        catch (RequestFailedException e) when (e.IsConditionNotMet)
        {
            var found = await blob.DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize(found.Value.Content, StorageJson.Default.HubDocument)
                ?? throw new InvalidDataException($"{blob.Uri} is empty.");
        }
    }
}
