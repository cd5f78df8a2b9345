using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// Reads what a step's earlier tries came to, for the brief of the next one: a new dispatch begins with all that is known. Their
/// threads have ended, so every reading gives the same.
/// </summary>
public sealed class EarlierTries(IThreadLog log, IBodyStore bodies, HandedArtifacts artifacts)
{
    /// <summary>The tries of a step that have ended, with their words.</summary>
    /// <param name="run">The run.</param>
    /// <param name="step">The step.</param>
    /// <param name="threadId">The thread of the next try, whose parties get what was made.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IReadOnlyList<EarlierParts>> ReadAsync(
        WorkflowRun run, PlannedStep step, string threadId, CancellationToken cancellation)
    {
        var parts = new List<EarlierParts>();
        foreach (var one in WorkflowPlan.EarlierOf(run, step))
        {
            var transcript = await log.ReadTranscriptAsync(one.ThreadId, cancellation);
            var tried = TriedIn(transcript);
            var made = await artifacts.CopyAsync(
                HandedArtifacts.MadeIn(transcript), one.ThreadId, run, step, threadId, cancellation);
            parts.Add(new EarlierParts(
                one with { Artifacts = made },
                await WordsAsync(tried.Submission, cancellation),
                await WordsAsync(tried.Verdict, cancellation),
                tried.Failed));
        }

        return parts;
    }

    /// <summary>What was submitted in a thread, and how it was judged.</summary>
    /// <param name="transcript">The thread.</param>
    public static TriedWork TriedIn(IReadOnlyList<Core.Evidence.TranscriptEntry> transcript) =>
        TriedWork.Of(transcript.Select(entry => (entry.Event as MessageAccepted)?.Message).OfType<Message>());

    private async ValueTask<JsonText?> WordsAsync(Message? message, CancellationToken cancellation) => message?.Body switch
    {
        null => null,
        { Inline: { } small } => small,
        var large => await bodies.FindAsync(large.Sha256, cancellation) is { } utf8
            ? JsonText.Parse(utf8.Span)
            : throw new StoreUnavailableException($"The store does not have the body {large.Sha256} yet."),
    };
}
