using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>The evidence of a thread: a fold of its transcript, and at the end a file.</summary>
public sealed class ThreadEvidence(IThreadLog log, IEvidenceStore files)
{
    /// <summary>The file of a thread that has ended, or else what there is so far; null before the gate has spoken.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(ThreadView thread, CancellationToken cancellation)
    {
        if (thread.Evidence.Final && await files.FindAsync(thread.Evidence.Path, cancellation) is { } written)
        {
            return written;
        }

        var file = await BuildAsync(thread.ThreadId, cancellation);
        if (thread.Evidence.Final && file is not null)
        {
            // The thread has just ended, or its orchestration was stopped before it could write the file.
            await files.WriteAsync(thread.Evidence.Path, file.Value, cancellation);
        }

        return file;
    }

    /// <summary>Writes the file; doing it again writes the same.</summary>
    /// <param name="threadId">The thread, which has ended.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task WriteAsync(string threadId, CancellationToken cancellation)
    {
        var thread = await log.FindAsync(threadId, cancellation);
        var file = await BuildAsync(threadId, cancellation);
        if (thread is null || file is null)
        {
            // Another host recorded the thread and this one has not read that far.
            throw new StoreUnavailableException($"The store does not know thread {threadId} yet.");
        }

        await files.WriteAsync(thread.View.Evidence.Path, file.Value, cancellation);
    }

    private async Task<ReadOnlyMemory<byte>?> BuildAsync(string threadId, CancellationToken cancellation)
    {
        var entries = await log.ReadTranscriptAsync(threadId, cancellation);
        return entries.Count == 0 ? null : (ReadOnlyMemory<byte>?)EvidenceFile.Of(entries).ToUtf8();
    }
}
