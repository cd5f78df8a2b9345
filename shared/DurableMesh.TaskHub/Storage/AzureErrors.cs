using Azure;
using Azure.Storage.Blobs.Models;

namespace DurableMesh.TaskHub.Storage;

/// <summary>Tells the answers of Azure Storage that mean something to a hub from those that mean "not now".</summary>
internal static class AzureErrors
{
    /// <summary>Makes one call. What the caller cannot act on becomes a <see cref="StorageUnavailableException"/>.</summary>
    /// <param name="target">What is called, for the message.</param>
    /// <param name="operation">The operation, for the message.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellation">The caller's token: its cancellation is passed on as such, any other is a timeout.</param>
    public static async Task<T> RunAsync<T>(Uri target, string operation, Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (RequestFailedException e) when (!e.IsAnswer)
        {
            throw Unavailable(target, operation, $"{e.Status} {e.ErrorCode} {FirstLine(e.Message)}".TrimStart('0', ' '), e);
        }
        catch (Exception e) when (TransportFault.Is(e, cancellation))
        {
            throw Unavailable(
                target, operation, e is OperationCanceledException ? "no answer in time" : FirstLine(e.Message), e);
        }
    }

    private static StorageUnavailableException Unavailable(Uri target, string operation, string why, Exception inner)
    {
        // SAS tokens live in the query; the path names the blob.
        var where = target.GetLeftPart(UriPartial.Path);
        return new StorageUnavailableException($"Azure Storage cannot {operation} now at {where}: {why}", inner);
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();

    extension(RequestFailedException error)
    {
        /// <summary>The blob or its container does not exist.</summary>
        public bool IsMissing => error.Status == 404;

        /// <summary>The lease named in the call is not, or no longer, the one on the blob.</summary>
        public bool IsLeaseConflict =>
            error.Status is 409 or 412 && error.ErrorCode?.StartsWith("Lease", StringComparison.Ordinal) == true;

        /// <summary>The blob is there already, or was changed meanwhile.</summary>
        public bool IsConditionNotMet =>
            error.ErrorCode == BlobErrorCode.ConditionNotMet || error.ErrorCode == BlobErrorCode.BlobAlreadyExists;

        /// <summary>The append blob has another length than the call named.</summary>
        public bool IsPositionMismatch => error.ErrorCode == BlobErrorCode.AppendPositionConditionNotMet;

        /// <summary>The append blob takes no more blocks.</summary>
        public bool IsFull => error.ErrorCode == BlobErrorCode.BlockCountExceedsLimit;

        /// <summary>The range to be read begins behind the blob's end.</summary>
        public bool IsBeyondEnd => error.ErrorCode == BlobErrorCode.InvalidRange;

        private bool IsAnswer =>
            error.IsMissing || error.IsLeaseConflict || error.IsConditionNotMet || error.IsPositionMismatch || error.IsFull
            || error.IsBeyondEnd;
    }
}
