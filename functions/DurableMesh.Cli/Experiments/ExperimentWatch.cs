using DurableMesh.Client;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments;

/// <summary>Goes on measuring a pair that was rolled out.</summary>
/// <param name="mesh">The mesh.</param>
/// <param name="evidence">The evidence of the roll-out, checked.</param>
/// <param name="newest">How many of the newest threads count.</param>
/// <param name="time">The clock.</param>
internal sealed class ExperimentWatch(MeshClient mesh, ExperimentEvidence evidence, int newest, TimeProvider time)
{
    // A long reason would be cut where it says how much is left.
    private const int MaxName = 100;

    /// <summary>
    /// Looks once. Those threads count that had a turn and began after the experiment's last run: what the gate denied says
    /// nothing of a saving, and the experiment's own threads have been counted.
    /// </summary>
    public async Task<LiveComparison> LookAsync(CancellationToken cancellation)
    {
        var (pair, since) = (evidence.Pair, evidence.Entries[^1].Event.At);
        var threads = await ExperimentRolloutCommand.ThreadsAsync(
            mesh,
            pair.Initiator,
            "ended",
            thread => thread.Pattern == pair.Pattern && thread.Initiator == pair.Initiator && thread.Responder == pair.Responder
                && thread.Turns > 0 && thread.CreatedAt > since && thread.EndedAt is not null,
            newest,
            cancellation);
        return LiveComparison.Of(evidence, [.. threads.Select(thread => new LiveThread(
            thread.ThreadId,
            thread.Usage.InputTokens + thread.Usage.OutputTokens,
            (thread.EndedAt!.Value - thread.CreatedAt).TotalSeconds,
            thread.EndState == EndState.Pass))]);
    }

    /// <summary>Retires the pair on the grounds of a look.</summary>
    /// <param name="look">The look.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What became of its row.</returns>
    public Task<RolloutProposal> DemoteAsync(LiveComparison look, string? by, CancellationToken cancellation) =>
        ExperimentRolloutCommand.DemoteAsync(
            mesh,
            evidence.Pair,
            by,
            $"experiment '{WholeText.Shorten(evidence.Name, MaxName)}' ({evidence.Chain.Head}), {look.Threads} live threads: "
                + look.Words,
            time,
            cancellation);

    /// <summary>Looks again and again, until the saving is gone.</summary>
    /// <param name="every">How long it waits between two looks.</param>
    /// <param name="seen">What is done with each look.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The look at which it was gone.</returns>
    public async Task<LiveComparison> FollowAsync(TimeSpan every, Action<LiveComparison> seen, CancellationToken cancellation)
    {
        while (true)
        {
            var look = await LookAsync(cancellation);
            seen(look);
            if (look.Verdict == LiveVerdict.Gone)
            {
                return look;
            }

            await Task.Delay(every, time, cancellation);
        }
    }
}
