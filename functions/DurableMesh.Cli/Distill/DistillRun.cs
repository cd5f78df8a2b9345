using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Distillation;

namespace DurableMesh.Cli.Distill;

/// <summary>Sees all drafts through, a bounded number of threads at once, and says how far it is.</summary>
/// <param name="desk">Speaks for whoever has the drafts distilled.</param>
/// <param name="mesh">Speaks as the distiller.</param>
/// <param name="options">How.</param>
/// <param name="baseline">What the briefs say of the baseline.</param>
/// <param name="terminal">Where it says how far it is.</param>
/// <param name="time">The clock.</param>
internal sealed class DistillRun(
    MeshClient desk, MeshClient mesh, DistillOptions options, BaselineBrief baseline, Terminal terminal, TimeProvider time)
{
    private readonly DraftMender _mender = new(options.Mend);

    /// <summary>Runs them all.</summary>
    /// <returns>The report, and the drafts that passed, in the order in which they came.</returns>
    public async Task<(DistillReport Report, IReadOnlyList<QuestionAnswer> Kept)> RunAsync(
        IReadOnlyList<QuestionAnswer> drafts, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var batches = drafts.Chunk(options.Batch).ToList();
        var ended = new DistilledBatch[batches.Count];
        await terminal.WorkAsync(
            "distill",
            work => Parallel.ForEachAsync(
                Enumerable.Range(0, batches.Count),
                new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellation },
                async (number, stop) =>
                {
                    ended[number] = await new DraftThread(
                        desk, mesh, options, _mender, batches[number], baseline).RunAsync(stop);
                    work.Advance(batches[number].Length);
                }),
            "drafts judged",
            drafts.Count);
        return (DistillReport.Of(ended, time.GetElapsedTime(begun)), [.. ended.SelectMany(batch => batch.Kept)]);
    }
}
