using DurableMesh.Functions.Store;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Threads;

/// <summary>What a thread does to the store. Each may run twice.</summary>
public sealed class ThreadActivities(IThreadLog log, ThreadEvidence evidence)
{
    /// <summary>Records one step; returns when it is durable.</summary>
    /// <param name="record">What the step left behind.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(RecordThreadStep))]
    public Task RecordThreadStep([ActivityTrigger] ThreadRecord record, CancellationToken cancellation) =>
        log.AppendAsync(record, cancellation);

    /// <summary>Writes the evidence file of a thread that has ended.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(WriteEvidence))]
    public Task WriteEvidence([ActivityTrigger] string threadId, CancellationToken cancellation) =>
        evidence.WriteAsync(threadId, cancellation);
}
