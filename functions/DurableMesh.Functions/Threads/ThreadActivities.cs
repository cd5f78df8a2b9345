using DurableMesh.Core.Threads;
using DurableMesh.Functions.Store;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Threads;

/// <summary>What a thread does to the store. Each may run twice, late, or for an episode that is never committed.</summary>
public sealed partial class ThreadActivities(
    IThreadLog log, ThreadEvidence evidence, ThreadSeals seals, ILogger<ThreadActivities> logger)
{
    /// <summary>
    /// Records one step if the mesh stands behind it and it follows what the store has; returns when that is durable.
    /// </summary>
    /// <param name="record">What the step left behind.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Whether the store has the step now, and what it has instead.</returns>
    [Function(nameof(RecordThreadStep))]
    public async Task<StepAnswer> RecordThreadStep([ActivityTrigger] ThreadRecord record, CancellationToken cancellation)
    {
        if (!await IsBegunByTheAppAsync(record, cancellation))
        {
            return await WholeOfAsync(record, cancellation);
        }

        var forged = new List<int>();
        foreach (var (place, arrival) in record.Proof!.Arrivals.Index())
        {
            if (!await seals.HoldsAsync(record.ThreadId, arrival, cancellation))
            {
                forged.Add(place);
            }
        }

        if (forged.Count > 0)
        {
            LogForgedEvents(record.ThreadId, forged.Count);
            return new(record.Id, Stored: null, forged);
        }

        return new(record.Id, record is { Entries: [], Receipts: [] }
            ? await LackAsync(record, cancellation)
            : await log.AppendAsync(record, cancellation));
    }

    /// <summary>Writes the evidence file of a thread that has ended.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(WriteEvidence))]
    public Task WriteEvidence([ActivityTrigger] string threadId, CancellationToken cancellation) =>
        evidence.WriteAsync(threadId, cancellation);

    private async ValueTask<StoredSteps?> LackAsync(ThreadRecord question, CancellationToken cancellation) =>
        await log.FindEndWithoutAsync(question.ThreadId, question.Follows, cancellation) is { } end
            ? new StoredSteps([], [], Head: end)
            : null;

    private async ValueTask<bool> IsBegunByTheAppAsync(ThreadRecord record, CancellationToken cancellation) =>
        record.Proof is { } proof
        && (proof.Start is not { } seal
            || (record.Entries is [{ Event: ThreadOpening opening }, ..]
                && opening.Thread.ThreadId == record.ThreadId
                && await seals.HoldsAsync(opening.Thread, seal, cancellation)));

    /// <summary>
    /// An orchestration that began with a state of which nobody knows whose it is (carried over by itself, of before there were
    /// seals, or forged) goes on from what the store has.
    /// </summary>
    private async Task<StepAnswer> WholeOfAsync(ThreadRecord record, CancellationToken cancellation)
    {
        if (ThreadState.Of(await log.ReadTranscriptAsync(record.ThreadId, cancellation)) is not { } whole)
        {
            LogForgedThread(record.ThreadId, record.View.Initiator, record.View.Responder);
            return new(record.Id, Stored: null, Unknown: true);
        }

        string[] answered = [.. record.Receipts.Select(one => one.RequestId).Where(id => log.FindReceipt(id) is not null)];
        return new(record.Id, new StoredSteps([], answered, whole));
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Thread {ThreadId} leaves out events that did not come through the mesh's own functions: {Count}.")]
    private partial void LogForgedEvents(string threadId, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Thread {ThreadId} between {Initiator} and {Responder} was not started through the mesh: there will be no such thread.")]
    private partial void LogForgedThread(string threadId, string initiator, string responder);
}
