using Azure;
using Azure.Storage.Blobs;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>
/// A small blob that is written and read now and then. Written, it gives an Azurite that has nothing else to do something to
/// save, which it does only where something has changed. Read, it shows whether Azurite can still open files: without a free
/// handle it answers everything with 500, for ever.
/// </summary>
internal sealed class AzuritePulse(StorageConnection storage, TimeProvider time)
{
    /// <summary>For how long it may fail at everything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(10);

    private readonly BlobContainerClient _container = storage.OpenContainer(
        "durablemesh-pulse",
        new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(5) },
            Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false },
        });

    private long _feltAt;
    private long? _failingSince;

    /// <summary>Whether it has answered with failures, and with nothing else, for longer than <see cref="Patience"/>.</summary>
    public bool IsFailing => _failingSince is { } since && time.GetElapsedTime(since) >= Patience;

    /// <summary>Another process begins: what the one before did says nothing.</summary>
    public void Begin() => _failingSince = null;

    /// <summary>Writes or reads, if it is time. An Azurite that is away is nobody's failure here.</summary>
    public async Task FeelAsync(bool write, CancellationToken cancellation)
    {
        if (_feltAt != 0 && time.GetElapsedTime(_feltAt) < (write || _failingSince is not null ? WriteInterval : ReadInterval))
        {
            return;
        }

        _feltAt = time.GetTimestamp();
        try
        {
            await (write ? WriteAsync(cancellation) : ReadAsync(cancellation));
            _failingSince = null;
        }
        catch (RequestFailedException e) when (e.Status >= 500)
        {
            _failingSince ??= time.GetTimestamp();
        }
        catch (Exception e) when (e is RequestFailedException || TransportFault.Is(e, cancellation))
        {
            _failingSince = null;
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        var blob = _container.GetBlobClient("pulse");
        try
        {
            await blob.UploadAsync(BinaryData.FromString("."), overwrite: true, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            await _container.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await blob.UploadAsync(BinaryData.FromString("."), overwrite: true, cancellation);
        }
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            await _container.GetBlobClient("pulse").DownloadContentAsync(cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            await WriteAsync(cancellation);
        }
    }
}
