using DurableMesh.Core.Evidence;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.Functions.GoldenHistories;
using DurableMesh.Tests.Functions.Store;
using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// The app's own orchestrations and activities on a <see cref="HostileHub"/>: two hosts over one store, which are killed and
/// started again, and some dialogues or runs of workflows, all from one seed.
/// </summary>
internal sealed class HostileMesh : IDisposable
{
    private static readonly Dictionary<string, string?> Shared = new() { ["Mesh__Store__SharedByHosts"] = "true" };

    private static readonly TimeSpan UntilEveryHostHasRead = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly MemoryBlobs _blobs = new();
    private readonly MeshApp[] _hosts;
    private readonly List<MeshApp> _killed = [];
    private readonly Random _random;
    private readonly HostileHub _hub;
    private readonly List<HostileDialogue> _dialogues = [];
    private readonly List<HostileRun> _runs = [];

    private HostileMesh(int seed)
    {
        _random = new Random(seed);
        _hosts = [NewHost(), NewHost()];
        _hub = new HostileHub(name => _hosts[0].Find(name)!, FindActivity, _hosts[0].Converter, _time, _random);
    }

    /// <summary>Runs a seed. Answers what does not hold, and how often the hub took which liberty.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="workflows">Whether to run workflows instead of threads of their own.</param>
    public static async Task<(IReadOnlyList<string> Violations, IReadOnlyDictionary<string, int> Taken)> RunAsync(
        int seed, bool workflows = false)
    {
        using var mesh = new HostileMesh(seed);
        await (workflows ? mesh.StartRunsAsync() : mesh.StartDialoguesAsync());
        var steps = await mesh.StormAsync();
        var violations = new List<string>();
        if (steps is null)
        {
            violations.Add("it did not settle");
        }

        mesh._time.Advance(UntilEveryHostHasRead);
        foreach (var dialogue in mesh._dialogues)
        {
            await foreach (var violation in mesh.CheckAsync(dialogue))
            {
                violations.Add($"{dialogue.ThreadId}: {violation}");
            }
        }

        foreach (var run in mesh._runs)
        {
            await foreach (var violation in run.CheckAsync(mesh._hub, mesh._hosts[1].Services, mesh._blobs))
            {
                violations.Add($"{run.Id}: {violation}");
            }

            await foreach (var violation in mesh.CheckTaskAsync(run))
            {
                violations.Add($"{run.Id}: {violation}");
            }
        }

        return (violations, mesh._hub.Taken);
    }

    public void Dispose()
    {
        foreach (var host in _hosts.Concat(_killed))
        {
            host.Dispose();
        }
    }

    private IThreadLog Store(int host) => _hosts[host].Services.GetRequiredService<IThreadLog>();

    private ThreadSeals Seals => _hosts[0].Services.GetRequiredService<ThreadSeals>();

    private MeshApp NewHost()
    {
        var host = new MeshApp(_time, _blobs, HostileClient.Of(() => _hub), Shared);
        host.OpenStore();
        return host;
    }

    private async Task StartDialoguesAsync()
    {
        for (var n = 1; n <= _random.Next(1, 4); n++)
        {
            await StartAsync(new HostileDialogue($"thread-{n}", $"task-{n}", _random.Next(1, 4), _random));
        }
    }

    private async Task StartRunsAsync()
    {
        for (var n = 1; n <= _random.Next(1, 3); n++)
        {
            var run = new HostileRun($"run-{n}", $"task-{n}", _random);
            _runs.Add(run);
            await CreateTaskAsync(run.TaskId);
            await run.StartAsync(_hub, _hosts[0].Services, _time.GetUtcNow());
        }
    }

    private async Task<int?> StormAsync()
    {
        for (var step = 0; step < 2500; step++)
        {
            // A storm passes: then everything must come to its end.
            _hub.IsHostile = step < 250;
            foreach (var dialogue in _dialogues)
            {
                await dialogue.StepAsync(_hub, Store(_random.Next(2)), Seals);
            }

            foreach (var run in _runs)
            {
                await run.StepAsync(_hub, _hosts[_random.Next(2)].Services);
            }

            if (_hub.IsHostile && _random.Next(100) == 0)
            {
                Kill(_random.Next(2));
            }

            var busy = await _hub.StepAsync();
            if (!busy && _dialogues.All(dialogue => _hub.Find(dialogue.ThreadId) is { IsOver: true }) && await AreOverAsync())
            {
                return step;
            }

            _time.Advance(TimeSpan.FromMilliseconds(busy ? 50 : 1000));
        }

        return null;
    }

    private void Kill(int host)
    {
        _killed.Add(_hosts[host]);
        _hosts[host] = NewHost();
    }

    private async Task<bool> AreOverAsync()
    {
        foreach (var run in _runs)
        {
            if (!await run.IsOverAsync(_hub, _hosts[0].Services))
            {
                return false;
            }
        }

        return true;
    }

    private async Task CreateTaskAsync(string id)
    {
        var task = new CreateTaskRequest
        {
            Id = id,
            Title = "t",
            Owner = "ann",
            State = MissionTaskState.InProgress,
        };
        await _hosts[0].Services.GetRequiredService<ITaskDirectory>().ChangeAsync(new TaskCreated(task), "ann", default);
        _time.Advance(UntilEveryHostHasRead);
    }

    /// <summary>
    /// A run that came to its end leaves its task to whoever hands it over, and so does one of which nothing was done.
    /// </summary>
    private async IAsyncEnumerable<string> CheckTaskAsync(HostileRun run)
    {
        var expected = run is { IsCancelled: true, HasWorked: true } ? MissionTaskState.Blocked : MissionTaskState.InProgress;
        var task = await _hosts[0].Services.GetRequiredService<ITaskDirectory>().FindAsync(run.TaskId, default);
        if (task?.State != expected)
        {
            yield return $"its task is {task?.State}";
        }
    }

    private async Task StartAsync(HostileDialogue dialogue)
    {
        _dialogues.Add(dialogue);
        await CreateTaskAsync(dialogue.TaskId);
        var request = SampleThread.RequestOf() with
        {
            McTask = dialogue.TaskId,
            Limits = new LimitsRequest { MaxRoundsWithoutProgress = 9 },
        };
        var start = SampleThread.AdmittedStartOf(dialogue.ThreadId, request, _time.GetUtcNow());
        _hub.Start(nameof(ThreadOrchestrator), dialogue.ThreadId, await Seals.StartAsync(start, default));
    }

    private ITaskActivity FindActivity(string name)
    {
        var host = _hosts[_random.Next(2)];
        return host.Tasks.GetActivities().Single(one => one.Key.Name == name).Value(host.Services);
    }

    private async IAsyncEnumerable<string> CheckAsync(HostileDialogue dialogue)
    {
        foreach (var complaint in dialogue.Complaints)
        {
            yield return complaint;
        }

        var instance = _hub.Find(dialogue.ThreadId)!;
        if (instance.End != OrchestrationStatus.Completed)
        {
            yield return $"its orchestration is {instance.End?.ToString() ?? "running"}: {instance.Output}";
        }

        var thread = (await Store(0).FindAsync(dialogue.ThreadId, default))?.View;
        if (thread is not { EndState: EndState.Pass })
        {
            yield return $"it is {thread?.State} {thread?.EndState} {thread?.Reason} ({thread?.Detail})";
            yield break;
        }

        var messages = await Store(1).ReadMessagesAsync(dialogue.ThreadId, after: 1, limit: 1000, default);
        var transcript = messages.ToLookup(one => one.Accepted.Message.MessageId, one => one.Accepted.Message.Sequence);
        foreach (var (messageId, sequence) in dialogue.Acknowledged.Where(one => !transcript[one.Key].SequenceEqual([one.Value])))
        {
            yield return $"{messageId} was acknowledged as message {sequence} "
                + $"and is [{string.Join(", ", transcript[messageId])}]";
        }

        if (!transcript.Select(one => one.Key).SequenceEqual(dialogue.Expected))
        {
            yield return $"the transcript has {string.Join(" ", transcript.Select(one => one.Key))}";
        }

        var evidence = await _blobs.FindAsync(thread.Evidence.Path, default);
        if (evidence is null || EvidenceVerifier.Verify(evidence.Value) is not { Final: true, Holds: true })
        {
            yield return evidence is null ? "there is no evidence" : "the evidence does not hold";
        }

        if (await _hosts[0].Services.GetRequiredService<ITaskDirectory>().FindAsync(dialogue.TaskId, default)
            is not { State: MissionTaskState.ReadyForReview })
        {
            yield return "its task was not moved";
        }
    }
}
