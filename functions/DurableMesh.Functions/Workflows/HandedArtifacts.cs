using System.Security.Cryptography;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// Hands artifacts from one step's thread to the next: a hash is worth nothing in another thread, so what was uploaded is put
/// into it, screened for its parties as if its initiator had uploaded it there.
/// </summary>
public sealed class HandedArtifacts(IArtifactStore store, ArtifactScreening screening, ThreadDrafts drafts)
{
    private const int Most = 50;

    /// <summary>What was made in a thread: the files of the last submission, or else of the last message that has any.</summary>
    /// <param name="transcript">The thread.</param>
    public static IReadOnlyList<Artifact> MadeIn(IReadOnlyList<TranscriptEntry> transcript)
    {
        var made = transcript
            .Select(entry => (entry.Event as MessageAccepted)?.Message)
            .OfType<Message>()
            .Where(message => message.Artifacts.Count > 0)
            .ToList();
        var last = made.FindLast(message => message.Kind == MessageKind.Submission) ?? made.LastOrDefault();
        return [.. (last?.Artifacts ?? []).Take(Most)];
    }

    /// <summary>What earlier steps hand to a step, its files where its thread's parties get them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="step">The step.</param>
    /// <param name="threadId">Its thread, which has not begun.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IReadOnlyList<HandedOn>> HandAsync(
        WorkflowRun run, PlannedStep step, string threadId, CancellationToken cancellation)
    {
        var handed = new List<HandedOn>();
        foreach (var one in WorkflowPlan.HandedTo(run, step))
        {
            var source = run.Find(one.Step)!.ThreadId!;
            handed.Add(one with
            {
                Artifacts = await CopyAsync(one.Artifacts, source, run, step, threadId, cancellation),
            });
        }

        return handed;
    }

    /// <summary>Puts what was made in one thread into another, as far as the zones let it.</summary>
    /// <param name="made">The files.</param>
    /// <param name="source">The thread that has them.</param>
    /// <param name="run">The run.</param>
    /// <param name="step">The step whose thread gets them.</param>
    /// <param name="threadId">Its thread, which has not begun.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IReadOnlyList<Artifact>> CopyAsync(
        IReadOnlyList<Artifact> made,
        string source,
        WorkflowRun run,
        PlannedStep step,
        string threadId,
        CancellationToken cancellation)
    {
        var artifacts = new List<Artifact>();
        foreach (var artifact in made)
        {
            artifacts.Add(await CopyAsync(artifact, source, run, step, threadId, cancellation));
        }

        return artifacts;
    }

    private async Task<Artifact> CopyAsync(
        Artifact artifact, string source, WorkflowRun run, PlannedStep step, string threadId, CancellationToken cancellation)
    {
        if (await store.FindAsync(source, artifact.Sha256, cancellation) is not { } length || length > ArtifactRules.MaxBytes)
        {
            // It was never put into the mesh, and lies where it says.
            return artifact;
        }

        var content = await store.ReadAsync(source, artifact.Sha256, 0, (int)length, cancellation);
        try
        {
            var waiting = new StepRun { Plan = step };
            var draft = await drafts.DraftAsync(
                threadId, WorkflowBrief.RequestOf(run, waiting, run.Start.CreatedAt), cancellation);
            var view = ThreadState.Starting(draft.Start).View();
            var (screened, _) = await screening.ScreenAsync(view, step.Initiator, content, cancellation);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(screened.Span));
            if (await store.FindAsync(threadId, sha256, cancellation) != screened.Length)
            {
                await store.StoreAsync(threadId, sha256, screened, cancellation);
            }

            return artifact with
            {
                Sha256 = sha256,
                Size = screened.Length,
                Uri = artifact.Uri?.Replace(source, threadId, StringComparison.Ordinal)
                    .Replace(artifact.Sha256, sha256, StringComparison.Ordinal),
            };
        }
        catch (ProblemException)
        {
            // The zones of the next thread do not let it pass; its name and hash say that there is something.
            return artifact with { Uri = null };
        }
    }
}
