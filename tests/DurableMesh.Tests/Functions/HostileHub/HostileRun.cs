using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;
using DurableTask.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// A run of a workflow of some steps, from a seed: its agents' dialogues, a person who decides about what is held, and perhaps
/// one who cancels it, or somebody who terminates orchestrations of it past the mesh.
/// </summary>
internal sealed class HostileRun
{
    private const double Often = 0.05;

    private readonly Dictionary<string, HostileDialogue> _dialogues = [];
    private readonly Random _random;
    private readonly string _steps;
    private readonly int _cancelAt;
    private int _terminations;
    private int _number;

    public HostileRun(string id, string taskId, Random random)
    {
        (Id, TaskId, _random) = (id, taskId, random);
        var count = random.Next(2, 5);
        var steps = new List<string>();
        for (var n = 1; n <= count; n++)
        {
            var after = Enumerable.Range(1, n - 1).Where(_ => random.Next(2) == 0).Select(before => $"\"s{before}\"");
            var isHeld = random.Next(4) == 0;
            steps.Add($$"""
                {"id":"s{{n}}","company":"proveo","title":"Step {{n}}","prompt":"Do it.","endState":"PASS","onBlocked":"hold",
                 "after":[{{string.Join(',', after)}}],"handsOn":{{(random.Next(2) == 0 ? "true" : "false")}}}
                """);
            Add(n, attempt: 1, isHeld);
            if (isHeld)
            {
                Add(n, attempt: 2, isBlocked: false);
            }
        }

        _steps = string.Join(',', steps);
        _cancelAt = random.Next(5) == 0 ? random.Next(400) : int.MaxValue;
        _terminations = random.Next(3) == 0 ? random.Next(1, 4) : 0;
    }

    public string Id { get; }

    public string TaskId { get; }

    /// <summary>Whether somebody cancelled it in time.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Whether a step of it came to an end, as far as it was checked.</summary>
    public bool HasWorked { get; private set; }

    /// <summary>Starts it, as the HTTP function does.</summary>
    public async Task StartAsync(HostileHub hub, IServiceProvider host, DateTimeOffset at)
    {
        var start = await SampleRun.StartOfAsync(Id, at, _steps, TaskId);
        await Workflows(host).ChangeAsync(new BeginWorkflow(start), "ann", default);
        hub.Start(nameof(WorkflowOrchestrator), Id, new RunOrder(Id).ToString());
    }

    /// <summary>Lets its agents and those who look after it do something.</summary>
    public async Task StepAsync(HostileHub hub, IServiceProvider host)
    {
        _number++;
        foreach (var dialogue in _dialogues.Values.Where(one => hub.Find(one.ThreadId) is not null))
        {
            await dialogue.StepAsync(
                hub, host.GetRequiredService<IThreadLog>(), host.GetRequiredService<ThreadSeals>());
        }

        if (_number % 10 == 0)
        {
            await LookAsync(hub, host);
        }

        if (hub.IsHostile && _terminations > 0 && _random.NextDouble() < Often
            && hub.Instances.Where(IsOurs).ToList() is { Count: > 0 } ours)
        {
            _terminations--;
            hub.Terminate(ours[_random.Next(ours.Count)].Id);
        }
    }

    /// <summary>Whether it has ended, with all that was of it.</summary>
    public async Task<bool> IsOverAsync(HostileHub hub, IServiceProvider host) =>
        hub.Instances.All(one => one.IsOver)
        && hub.Find(Id) is { End: OrchestrationStatus.Completed }
        && await Workflows(host).FindAsync(Id, default) is { Ended: not null };

    /// <summary>What does not hold of it.</summary>
    public async IAsyncEnumerable<string> CheckAsync(HostileHub hub, IServiceProvider host, IBlobs blobs)
    {
        var run = await Workflows(host).FindAsync(Id, default);
        if (run?.Ended is not { } ended)
        {
            yield return $"it has not ended: {string.Join(", ", run?.Steps.Select(one => $"{one.Plan.Id} {one.Phase}") ?? [])}";
            yield break;
        }

        HasWorked = run.Steps.Any(step => step.Result is not null);
        foreach (var complaint in _dialogues.Values.SelectMany(one => one.Complaints))
        {
            yield return complaint;
        }

        var expected = IsCancelled ? (EndState.Blocked, WorkflowReason.Cancelled) : (EndState.Pass, WorkflowReason.Completed);
        if ((ended.EndState, ended.Reason) != expected)
        {
            yield return $"it ended as {ended.EndState}, {ended.Reason} ({ended.Detail})";
        }

        foreach (var instance in hub.Instances.Where(one => IsOurs(one) && !one.IsOver))
        {
            yield return $"{instance.Orchestrator} {instance.Id} runs for ever";
        }

        var begun = run.Entries.Select(entry => entry.Event).OfType<StepStarted>().ToList();
        if (begun.Select(one => (one.Step, one.Attempt)).Distinct().Count() != begun.Count)
        {
            yield return "a try of a step began twice";
        }

        var log = host.GetRequiredService<IThreadLog>();
        foreach (var one in begun)
        {
            var thread = (await log.FindAsync(one.ThreadId, default))?.View;
            var result = run.Entries.Select(entry => entry.Event).OfType<StepEnded>()
                .SingleOrDefault(end => (end.Step, end.Attempt) == (one.Step, one.Attempt))?.Result;
            var (itsEnd, threadsEnd) = ((result?.EndState, result?.Reason), (thread?.EndState, thread?.Reason));
            if (thread is null ? result is { Head: not null } : itsEnd != threadsEnd)
            {
                yield return $"step {one.Step} ended as {itsEnd}, its thread as {threadsEnd}";
            }

            if (!IsCancelled && _dialogues[one.ThreadId] is var dialogue)
            {
                var messages = await log.ReadMessagesAsync(one.ThreadId, after: 1, limit: 1000, default);
                var transcript = messages.Select(stored => stored.Accepted.Message.MessageId).ToList();
                if (!transcript.SequenceEqual(dialogue.Expected))
                {
                    yield return $"{one.Step}'s transcript is {string.Join(' ', transcript)}";
                }
            }
        }

        var evidence = await blobs.FindAsync(run.Start.EvidencePath, default);
        if (evidence is not { } file)
        {
            yield return "there is no evidence";
            yield break;
        }

        var threads = new Dictionary<string, ReadOnlyMemory<byte>>();
        foreach (var one in begun)
        {
            if ((await log.FindAsync(one.ThreadId, default))?.View is { } thread
                && await blobs.FindAsync(thread.Evidence.Path, default) is { } utf8)
            {
                threads[one.ThreadId] = utf8;
            }
        }

        var report = WorkflowEvidenceVerifier.Verify(
            file, threads: id => threads.TryGetValue(id, out var utf8) ? utf8 : (ReadOnlyMemory<byte>?)null);
        foreach (var finding in report.Findings)
        {
            yield return $"the evidence does not hold: {finding}";
        }

        if (!report.Final || report.ThreadsChecked != report.Threads)
        {
            yield return $"of the evidence, final: {report.Final}, {report.ThreadsChecked} of {report.Threads} threads hold";
        }
    }

    private static IWorkflowDirectory Workflows(IServiceProvider host) => host.GetRequiredService<IWorkflowDirectory>();

    private bool IsOurs(HostileInstance instance) => !instance.IsOver
        && instance.Orchestrator is nameof(WorkflowOrchestrator) or nameof(WorkflowStepOrchestrator)
        && instance.Id.StartsWith(Id, StringComparison.Ordinal);

    /// <summary>Somebody looks at it, as the HTTP functions do: it is taken up where it was stopped, and decided about.</summary>
    private async Task LookAsync(HostileHub hub, IServiceProvider host)
    {
        var workflows = Workflows(host);
        if (await workflows.FindAsync(Id, default) is not { } run)
        {
            return;
        }

        if (hub.Find(Id) is { IsOver: true } stopped && (run.Ended is null || stopped.End != OrchestrationStatus.Completed))
        {
            hub.Start(nameof(WorkflowOrchestrator), Id, RunOrder.Again(Id).ToString());
        }

        foreach (var held in run.Ended is null && run.Stopped is null ? run.Steps.Where(one => one.Phase == StepPhase.Held) : [])
        {
            await workflows.ChangeAsync(new DecideStep(Id, held.Plan.Id, StepDecision.Again, "once more"), "ann", default);
            hub.Raise(Id, WorkflowOrchestrator.Steered, "");
        }

        if (_number >= _cancelAt && run is { Ended: null, Stopped: null })
        {
            var changed = await workflows.ChangeAsync(new StopWorkflow(Id, WorkflowReason.Cancelled, "enough"), "ann", default);
            IsCancelled = changed.State.Find(Id) is { Stopped.Reason: WorkflowReason.Cancelled };
            hub.Raise(Id, WorkflowOrchestrator.Steered, "");
        }
    }

    private void Add(int step, int attempt, bool isBlocked)
    {
        var threadId = ThreadId.OfStep(Id, $"s{step}", attempt);
        _dialogues[threadId] = new HostileDialogue(threadId, TaskId, _random.Next(1, 3), _random, isBlocked);
    }
}
