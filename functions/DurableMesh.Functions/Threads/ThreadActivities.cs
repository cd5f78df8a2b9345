using DurableMesh.Functions.Store;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Threads;

/// <summary>What a thread does to the store. Each may run twice, late, or for an episode that is never committed.</summary>
public sealed class ThreadActivities(IThreadLog log, ThreadEvidence evidence)
{
    /// <summary>Records one step if it follows what the store has; returns when that is durable.</summary>
    /// <param name="record">What the step left behind.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Whether the store has the step now, and what it has instead.</returns>
    [Function(nameof(RecordThreadStep))]
    public async Task<StepAnswer> RecordThreadStep([ActivityTrigger] ThreadRecord record, CancellationToken cancellation) =>
        new(record.Id, await log.AppendAsync(record, cancellation));

    /// <summary>Writes the evidence file of a thread that has ended.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(WriteEvidence))]
    public Task WriteEvidence([ActivityTrigger] string threadId, CancellationToken cancellation) =>
        evidence.WriteAsync(threadId, cancellation);
}
