using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>What people are told of a hold: why a thread waits for them, or why it does not. The transcript knows.</summary>
public sealed class ThreadHolds(IThreadLog log)
{
    /// <summary>A held thread with the rules that hold it as its detail; any other as it is.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ThreadView> ExplainAsync(ThreadView thread, CancellationToken cancellation)
    {
        if (thread.State != ThreadPhase.Held)
        {
            return thread;
        }

        var opening = (await EventsAsync<ThreadOpening>(thread, cancellation)).First();
        var holding = opening.Gate.Rules.Where(rule => rule.Outcome == GateOutcome.Held);
        return thread with { Detail = string.Join(' ', holding.Select(rule => $"{rule.Name}: {rule.Explanation}")) };
    }

    /// <summary>Why a thread cannot be decided, and what can be done instead.</summary>
    /// <param name="thread">The thread, which is not held.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<Problem> NotHeldAsync(ThreadView thread, CancellationToken cancellation)
    {
        var decided = (await EventsAsync<HoldDecided>(thread, cancellation)).FirstOrDefault();
        var decision = decided is null ? ""
            : $" {decided.By} {(decided.Decision == HoldDecision.Approve ? "approved" : "denied")} it at {Instant(decided.At)}; "
                + "the first decision counts.";
        return Problems.NotHeld(thread.ThreadId, thread.State switch
        {
            ThreadPhase.Starting => "The gate has not spoken about it yet: ask again in a moment.",
            ThreadPhase.Ended => $"It ended as {thread.EndState?.ToString().ToUpperInvariant()} "
                + $"({JsonNamingPolicy.SnakeCaseLower.ConvertName($"{thread.Reason}")}) at {Instant(thread.EndedAt!.Value)}.{decision} "
                + "Who wants the dialogue starts another thread.",
            _ => $"It is open.{(decided is null ? " The gate let it in without a person." : decision)} "
                + "To end it, cancel it (POST /threads/{id}/cancel, mesh cancel).",
        });
    }

    private async ValueTask<IEnumerable<T>> EventsAsync<T>(ThreadView thread, CancellationToken cancellation)
        where T : ThreadEvent =>
        (await log.ReadTranscriptAsync(thread.ThreadId, cancellation)).Select(entry => entry.Event).OfType<T>();

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
