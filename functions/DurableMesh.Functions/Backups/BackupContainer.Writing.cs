using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DurableMesh.Client.Backups;
using DurableMesh.LocalHost;

namespace DurableMesh.Functions.Backups;

/// <content>What a restore does with it.</content>
internal sealed partial class BackupContainer
{
    private const string Marker = StoppedHost.RestoreMarker;

    private static readonly StorageTransferOptions InPieces = new()
    {
        InitialTransferSize = PieceBytes,
        MaximumTransferSize = PieceBytes,
        MaximumConcurrency = 2,
    };

    /// <summary>Creates it where there is none.</summary>
    public Task EnsureAsync(CancellationToken cancellation) => blobs.CreateIfNotExistsAsync(cancellationToken: cancellation);

    /// <summary>Whether a restore into it was begun and is not over.</summary>
    public async Task<bool> IsMarkedAsync(CancellationToken cancellation) =>
        await blobs.GetBlobClient(Marker).ExistsAsync(cancellation);

    /// <summary>No host opens it from now on.</summary>
    public Task MarkAsync(CancellationToken cancellation) => blobs.GetBlobClient(Marker).UploadAsync(
        BinaryData.FromString("A restore has begun and is not over. Run 'mesh restore' again: it begins anew."),
        overwrite: true,
        cancellation);

    /// <summary>Hosts may open it again.</summary>
    public Task UnmarkAsync(CancellationToken cancellation) =>
        blobs.DeleteBlobIfExistsAsync(Marker, cancellationToken: cancellation);

    /// <summary>Empties it of all but its mark.</summary>
    /// <exception cref="RestoreRefusedException">A host has worked on it.</exception>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var blob in ListAsync(folder: null, cancellation).Where(blob => blob.Name != Marker))
            {
                await blobs.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellation);
            }
        }
        catch (RequestFailedException leased) when (leased.ErrorCode == BlobErrorCode.LeaseIdMissing)
        {
            throw new RestoreRefusedException(
                $"A host has worked on the container {Name} since a restore into it was broken off. See that none runs, delete "
                + "the container, and restore again.");
        }
    }

    /// <summary>Writes a blob of a backup, in place of one that is there.</summary>
    public async Task WriteAsync(BackupBlob blob, Stream content, CancellationToken cancellation)
    {
        var name = blob.Name[prefix.Length..];
        if (blob.Kind == BackupBlobKind.Append)
        {
            await WriteAsync(blobs.GetAppendBlobClient(name), content, blob.Length, cancellation);
            return;
        }

        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = blob.ContentType },
            TransferOptions = InPieces,
        };
        await blobs.GetBlobClient(name).UploadAsync(content, options, cancellation);
    }

    private static async Task WriteAsync(AppendBlobClient blob, Stream content, long length, CancellationToken cancellation)
    {
        await blob.CreateAsync(cancellationToken: cancellation);
        var piece = new byte[Math.Min(PieceBytes, length)];
        for (var at = 0L; at < length;)
        {
            var read = await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellation);
            var options = new AppendBlobAppendBlockOptions { Conditions = new() { IfAppendPositionEqual = at } };
            at += read;
            try
            {
                await blob.AppendBlockAsync(new MemoryStream(piece, 0, read), options, cancellation);
            }
            catch (RequestFailedException lost) when (lost.ErrorCode == BlobErrorCode.AppendPositionConditionNotMet)
            {
                // Asked again, because the first answer was lost on its way.
                if ((await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value.ContentLength != at)
                {
                    throw;
                }
            }
        }
    }
}
