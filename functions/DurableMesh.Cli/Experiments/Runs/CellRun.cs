using System.Text;
using System.Text.Json;
using DurableMesh.Cli.Artifacts;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>One run from its start to its end: by whichever surface, and what it came to.</summary>
/// <param name="mesh">Speaks for whoever has the experiment made.</param>
/// <param name="file">The experiment.</param>
/// <param name="cell">The run.</param>
/// <param name="check">Runs the hidden check.</param>
/// <param name="evidence">The folder for the evidence.</param>
/// <param name="time">The clock.</param>
internal sealed class CellRun(
    MeshClient mesh,
    ExperimentFile file,
    Cell cell,
    ModuleCheck check,
    string evidence,
    TimeProvider time)
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Sees it through. Whatever breaks it is an outcome, too: nothing but being stopped keeps a run out.</summary>
    public async Task<ArmRun> RunAsync(CancellationToken cancellation)
    {
        var began = time.GetUtcNow();
        try
        {
            await CreateTaskAsync(cancellation);
            var end = cell.Slot.Arm == ExperimentArm.Mesh
                ? await RunThreadAsync(cancellation)
                : await DispatchAsync(cancellation);
            return await ConcludeAsync(end, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return await CrashedAsync(began, failure, cancellation);
        }
    }

    private async Task<SurfaceEnd> RunThreadAsync(CancellationToken cancellation)
    {
        var request = new StartThreadRequest
        {
            Pattern = file.Pattern,
            McTask = cell.McTask,
            Initiator = file.Initiator,
            Responder = file.Responder,
            Brief = BriefOf(),
            Limits = new LimitsRequest
            {
                Ttl = file.Limits.Ttl,
                CostCapUsd = file.Limits.CostCapUsd,
                MaxTurns = file.Limits.Rounds * 2,
                MaxRoundsWithoutProgress = file.Limits.Rounds,
            },
        };
        var thread = await mesh.StartAsync(
            JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.StartThreadRequest), cell.McTask, cancellation);
        for (var heard = 0; thread.State != ThreadPhase.Ended; thread = await mesh.GetThreadAsync(thread.ThreadId, cancellation))
        {
            heard += (await mesh.GetMessagesAsync(thread.ThreadId, heard, to: null, LongPoll, cancellation)).Messages.Count;
        }

        return new SurfaceEnd(
            thread.ThreadId,
            thread.EndState!.Value,
            ThreadWords.Of(thread.Reason!.Value),
            thread.CreatedAt,
            thread.EndedAt!.Value,
            await mesh.GetEvidenceAsync(thread.ThreadId, cancellation));
    }

    private async Task<SurfaceEnd> DispatchAsync(CancellationToken cancellation)
    {
        var request = new DispatchRequest
        {
            McTask = cell.McTask,
            Initiator = file.Initiator,
            Responder = file.Responder,
            Surface = Surface.Chain,
            Brief = BriefOf(),
            Limits = new DispatchLimits
            {
                Ttl = file.Limits.Ttl,
                CostCapUsd = file.Limits.CostCapUsd,
                Tries = file.Limits.Rounds,
            },
        };
        var dispatched = await mesh.DispatchAsync(
            JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Options), cell.McTask, cancellation);
        var run = await mesh.GetWorkflowAsync(dispatched.WorkflowId!, cancellation);
        for (; run.State != WorkflowPhase.Ended; run = await mesh.GetWorkflowAsync(run.WorkflowId, cancellation))
        {
            await Task.Delay(BetweenLooks, time, cancellation);
        }

        return new SurfaceEnd(
            run.WorkflowId,
            run.EndState!.Value,
            ThreadWords.Of(run.Reason!.Value),
            run.CreatedAt,
            run.EndedAt!.Value,
            await mesh.GetWorkflowEvidenceAsync(run.WorkflowId, cancellation));
    }

    private async Task<ArmRun> ConcludeAsync(SurfaceEnd end, CancellationToken cancellation)
    {
        var threads = await ThreadsAsync(cancellation);
        foreach (var thread in threads.Where(thread => thread.ThreadId != end.Id))
        {
            await KeepAsync(thread.ThreadId, await mesh.GetEvidenceAsync(thread.ThreadId, cancellation), cancellation);
        }

        await KeepAsync(end.Id, end.Evidence, cancellation);
        var wall = (end.EndedAt - end.StartedAt).TotalSeconds;
        return Of(threads, await UnpricedAsync(threads, cancellation), end.StartedAt, wall) with
        {
            MeshSeconds = Math.Max(0, wall - cell.Busy.TotalSeconds),
            EndState = end.State,
            Reason = end.Reason,
            HiddenCheck = await LookAsync(cancellation),
            Head = HeadOf(end.Evidence),
            EvidenceId = end.Id,
        };
    }

    /// <summary>A run that broke off counts with all that it cost.</summary>
    private async Task<ArmRun> CrashedAsync(DateTimeOffset began, Exception failure, CancellationToken cancellation)
    {
        IReadOnlyList<ThreadView> threads;
        string? unpriced;
        try
        {
            threads = await ThreadsAsync(cancellation);
            unpriced = await UnpricedAsync(threads, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is MeshProblemException or MeshUnreachableException)
        {
            (threads, unpriced) = ([], "unknown: the mesh did not say what it cost");
        }

        return Of(threads, unpriced, began, (time.GetUtcNow() - began).TotalSeconds) with
        {
            Crashed = true,
            Failure = failure.Message,
        };
    }

    private ArmRun Of(IReadOnlyList<ThreadView> threads, string? unpriced, DateTimeOffset startedAt, double wall)
    {
        var usage = threads.Aggregate(UsageTotals.Zero, (sum, thread) => sum + thread.Usage);
        return new ArmRun
        {
            Task = cell.Slot.Task,
            Arm = cell.Slot.Arm,
            Repetition = cell.Slot.Repetition,
            StartedAt = startedAt,
            Crashed = false,
            InputUncached = usage.InputTokens - usage.CachedInputTokens - usage.CacheWriteTokens,
            InputCached = usage.CachedInputTokens,
            InputWritten = usage.CacheWriteTokens,
            Output = usage.OutputTokens,
            TokensFrom = cell.TokensFrom,
            CostUsd = unpriced is null ? usage.CostUsd : null,
            Unpriced = unpriced,
            WallSeconds = Math.Round(wall, 3),
            Rounds = threads.Sum(thread => thread.Round),
            Retries = Math.Max(0, threads.Count - 1),
            HiddenCheck = HiddenCheck.NotRun,
        };
    }

    /// <summary>All threads of the run: they have its MC task to themselves.</summary>
    private async Task<IReadOnlyList<ThreadView>> ThreadsAsync(CancellationToken cancellation)
    {
        var threads = await mesh.ListThreadsAsync([("mcTask", cell.McTask), ("limit", "50")], cancellation);
        return threads.Threads;
    }

    /// <summary>The model of a message whose tokens have no price; null where all have one.</summary>
    private async Task<string?> UnpricedAsync(IReadOnlyList<ThreadView> threads, CancellationToken cancellation)
    {
        foreach (var thread in threads)
        {
            var page = await mesh.GetMessagesAsync(thread.ThreadId, after: 0, to: null, TimeSpan.Zero, cancellation);
            var without = page.Messages.FirstOrDefault(message =>
                message.Usage is { InputTokens: > 0 } or { OutputTokens: > 0 } && message.Usage.CostUsd is null or 0);
            if (without is not null)
            {
                return without.Usage!.Model ?? "a model that nobody names";
            }
        }

        return null;
    }

    private async Task<HiddenCheck> LookAsync(CancellationToken cancellation) =>
        cell.Module is not { } module ? HiddenCheck.NotRun
        : await check.HoldsAsync(cell.Task.Hidden, module, cancellation) ? HiddenCheck.Pass
        : HiddenCheck.Fail;

    private async Task CreateTaskAsync(CancellationToken cancellation) => await mesh.CreateTaskAsync(
        new CreateTaskRequest
        {
            Id = cell.McTask,
            Title = cell.Task.Task.Title,
            Owner = Subject.Agent(file.Initiator).ToString(),
            State = MissionTaskState.InProgress,
        },
        cancellation);

    private Brief BriefOf() => new()
    {
        Subject = Cells.SubjectOf(cell),
        Body = JsonText.OfString(cell.Task.Task.Prompt),
        Acceptance = cell.Task.Task.Acceptance,
    };

    private Task KeepAsync(string id, byte[] content, CancellationToken cancellation) =>
        ArtifactFile.WriteAsync(Path.Combine(evidence, $"{id}.json"), content, cancellation);

    private static string? HeadOf(byte[] file)
    {
        using var json = JsonDocument.Parse(file);
        return json.RootElement.GetProperty("chain").GetProperty("head").GetString();
    }

    private sealed record SurfaceEnd(
        string Id, EndState State, string Reason, DateTimeOffset StartedAt, DateTimeOffset EndedAt, byte[] Evidence);
}
