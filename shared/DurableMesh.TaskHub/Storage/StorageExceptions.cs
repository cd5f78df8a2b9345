namespace DurableMesh.TaskHub.Storage;

/// <summary>The storage did not answer, or answered that it cannot now. After a write its outcome is unknown.</summary>
internal sealed class StorageUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The caller is no longer (or was never) the partition's owner. Final: it must stop writing at once.</summary>
internal sealed class LeaseLostException(string message, Exception? inner = null) : InvalidOperationException(message, inner);

/// <summary>A conditional append met a segment of another length than it named.</summary>
internal sealed class AppendPositionException(long segment, long expected, Exception? inner = null)
    : InvalidOperationException($"Log segment {segment} is not {expected} bytes long.", inner)
{
    /// <summary>The segment's number.</summary>
    public long Segment { get; } = segment;

    /// <summary>The length in bytes that the caller had named.</summary>
    public long Expected { get; } = expected;
}

/// <summary>The segment has reached the service's limit of blocks or bytes.</summary>
internal sealed class SegmentFullException(long segment, Exception? inner = null)
    : InvalidOperationException($"Log segment {segment} takes no more blocks.", inner);
