using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.CodingAgents;
using DurableMesh.Cli.Evidence;
using DurableMesh.Cli.Host;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Demo;

/// <summary>How the demo is to run.</summary>
internal sealed record DemoOptions(int Port, bool Crash, bool Keep, bool AsJson, string? Key = null)
{
    /// <summary>The coding agent that plays both parts; null for the prepared agents.</summary>
    public CodingAgentProgram? With { get; init; }
}

/// <summary>A coding agent that is installed here.</summary>
internal sealed record CodingAgentProgram(string Preset, string Program);

/// <summary>
/// One run of the demo: a mesh and two agents on a stage of their own, one thread, and its evidence.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    /// <summary>The part of the one who builds.</summary>
    public const string Builder = "builder";

    /// <summary>The part of the one who verifies.</summary>
    public const string Verifier = "verifier";

    private const int CrashRound = 2;
    private const int FindingsBeforeCrash = 2;
    private const string TaskOwner = "operator";

    private readonly DemoOptions _options;
    private readonly Terminal _terminal;
    private readonly DemoMaterial _material;
    private readonly DemoStage _stage;
    private int _tasks;

    /// <summary>Prepares a run in a folder of its own.</summary>
    public DemoRun(Installation installation, DemoOptions options, Terminal terminal)
    {
        (_options, _terminal) = (options, terminal);
        _material = new DemoMaterial(installation.DemoMaterial);
        _stage = new DemoStage(installation, options, terminal);
    }

    /// <summary>Runs the dialogue to its end.</summary>
    /// <returns>Whether it ended as it must: PASS, evidence that holds and, after a crash, nothing lost or doubled.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var mesh = await _stage.StartMeshAsync(cancellation);
        return _options.With is { } agent
            ? await CompareAsync(mesh, agent, cancellation)
            : await HoldAsync(mesh, new PreparedCast(), "evidence.json", cancellation);
    }

    /// <summary>Holds the dialogue with sessions that are resumed, then without, and shows what each round cost.</summary>
    private async Task<bool> CompareAsync(MeshClient mesh, CodingAgentProgram agent, CancellationToken cancellation)
    {
        CodingCast Cast(string name, bool isFresh) => new(
            agent.Preset,
            agent.Program,
            _material,
            Directory.CreateDirectory(Path.Combine(_stage.Folder, name)).FullName,
            isFresh);

        await using var warm = Cast("warm", isFresh: false);
        _stage.Say($"[bold]1. {agent.Preset} keeps its session from round to round[/]");
        var passed = await HoldAsync(mesh, warm, "evidence.json", cancellation);
        await _stage.StopAgentsAsync();
        await using var cold = Cast("cold", isFresh: true);
        _stage.Say("");
        _stage.Say($"[bold]2. The same, with a new session for every message[/]");
        passed &= await HoldAsync(mesh, cold, "evidence-cold.json", cancellation);
        _stage.Say("");
        new RoundCosts(_terminal.Out).Write(warm, cold);
        return passed;
    }

    private async Task<bool> HoldAsync(MeshClient mesh, IDemoCast cast, string evidence, CancellationToken cancellation)
    {
        var thread = await StartThreadAsync(mesh, cancellation);
        await StartAgentAsync(mesh, thread.Initiator, Builder, cast, cancellation);
        await StartAgentAsync(mesh, thread.Responder, Verifier, cast, cancellation);
        var seen = await FollowWhileAllWorkAsync(mesh, thread, cancellation);
        var ended = await mesh.GetThreadAsync(thread.ThreadId, cancellation);
        if (_options.AsJson)
        {
            _terminal.WriteJson(ended, CliJson.Context.ThreadView);
        }
        else
        {
            new TranscriptWriter(_terminal.Out, ended).WriteEnd(ended);
        }

        var evidenceHolds = await SaveEvidenceAsync(mesh, thread.ThreadId, evidence, cancellation);
        var complete = !_options.Crash || await ProveAsync(mesh, thread, seen, cancellation);
        return ended.EndState == EndState.Pass && evidenceHolds && complete;
    }

    /// <summary>Leaves everything running until it is stopped.</summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        var url = _options.Port == UpCommand.DefaultPort ? "" : $" --url {_stage.Host.Address.AbsoluteUri.TrimEnd('/')}";
        _stage.Say("");
        _stage.Say(
            $"[green]Still running[/] at [bold]{_stage.Host.Address}[/], with both agents; Ctrl-C stops it all. " +
            "In another terminal:");
        var task = Path.GetRelativePath(Environment.CurrentDirectory, _material.Task);
        var mesh = Markup.Escape(_terminal.Mesh);
        _stage.Say($"  {mesh} tasks create demo-2 \"the same again\" --start{url}");
        _stage.Say(
            $"  {mesh} start --file {Markup.Escape(task)} --task demo-2{url}   [grey]a new thread: the agents take it up[/]");
        _stage.Say($"  {mesh} list{url}");
        _stage.Say($"  {mesh} watch THREAD{url}");
        try
        {
            await _stage.Host.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _stage.Say("stopping");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    /// <summary>Starts the thread on a task of this run: the end of a thread takes its task out of progress.</summary>
    private async Task<ThreadView> StartThreadAsync(MeshClient mesh, CancellationToken cancellation)
    {
        var request = JsonNode.Parse(await File.ReadAllBytesAsync(_material.Task, cancellation))!;
        var task = new CreateTaskRequest
        {
            Id = $"demo-{_stage.Name}-{++_tasks}",
            Title = request["brief"]!["subject"]!.GetValue<string>(),
            Owner = TaskOwner,
            State = MissionTaskState.InProgress,
        };
        request["mcTask"] = (await mesh.CreateTaskAsync(task, cancellation)).Id;
        return await mesh.StartAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), Guid.NewGuid().ToString(), cancellation);
    }

    private Task StartAgentAsync(MeshClient mesh, string agent, string part, IDemoCast cast, CancellationToken cancellation) =>
        _stage.StartAgentAsync(
            mesh, agent, part, ["--retry-for", "PT30S", .. cast.ArgumentsOf(part)], cast.EnvironmentOf(part), cancellation);

    /// <summary>Follows the thread; an agent that stops ends the demo, because the thread would wait for it in vain.</summary>
    private async Task<List<MessageView>> FollowWhileAllWorkAsync(
        MeshClient mesh, ThreadView thread, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = FollowAsync(mesh, thread, over.Token);
        var ends = _stage.Agents.Select(agent => agent.WaitAsync(over.Token)).ToList();
        await Task.WhenAny([following, .. ends]);
        if (!following.IsCompleted && _stage.Agents.Any(agent => agent.HasExited))
        {
            await over.CancelAsync();
            await ((Task)following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stage.MustHaveAllAgents();
        }

        var seen = await following;
        await over.CancelAsync();
        await Task.WhenAll(ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return seen;
    }

    private async Task<List<MessageView>> FollowAsync(MeshClient mesh, ThreadView thread, CancellationToken cancellation)
    {
        var writer = new TranscriptWriter(_terminal.Out, thread);
        if (!_options.AsJson)
        {
            writer.WriteOpening();
        }

        var seen = new List<MessageView>();
        var crashIsDue = _options.Crash;
        var follower = new ThreadFollower(mesh, TimeProvider.System) { AwayChanged = _ => { } };
        await foreach (var message in follower.FollowAsync(thread.ThreadId, after: 0, cancellation))
        {
            seen.Add(message);
            if (_options.AsJson)
            {
                _terminal.WriteJson(message, CliJson.Context.MessageView);
            }
            else
            {
                writer.Write(message);
            }

            if (crashIsDue && IsInTheMiddle(seen))
            {
                crashIsDue = false;
                await _stage.CrashMeshAsync(
                    $"round {CrashRound}; the verifier is still at work", cancellation);
            }
        }

        return seen;
    }

    private static bool IsInTheMiddle(List<MessageView> seen)
    {
        var round = seen.FindLastIndex(message => message.Kind == MessageKind.Submission);
        return seen.Count(message => message.Kind == MessageKind.Submission) == CrashRound
            && seen.Skip(round).Count(message => message.Kind == MessageKind.Finding) == FindingsBeforeCrash;
    }

    private async Task<bool> SaveEvidenceAsync(MeshClient mesh, string threadId, string name, CancellationToken cancellation)
    {
        var file = Path.Combine(_stage.Folder, name);
        var evidence = await mesh.GetEvidenceAsync(threadId, cancellation);
        await File.WriteAllBytesAsync(file, evidence, cancellation);
        _stage.Say($"[grey]saved   {Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, file))}[/]");
        var report = EvidenceVerifier.Verify(evidence);
        if (!_options.AsJson)
        {
            VerifyCommand.Write(report, _terminal.Out);
        }

        return report.Holds;
    }

    private async Task<bool> ProveAsync(
        MeshClient mesh, ThreadView thread, List<MessageView> seen, CancellationToken cancellation)
    {
        var printed = Path.Combine(_stage.Folder, "demo", thread.ThreadId, DemoAgentCommand.PrintedFile);
        var messages = new List<MessageView>();
        var follower = new ThreadFollower(mesh, TimeProvider.System);
        await foreach (var message in follower.FollowAsync(thread.ThreadId, after: 0, cancellation))
        {
            messages.Add(message);
        }

        var proof = CrashProof.Of(messages, seen, thread.Responder, await File.ReadAllLinesAsync(printed, cancellation));
        foreach (var (holds, words) in proof.Findings)
        {
            _stage.Say($"{(holds ? "[green]✓[/]" : "[red]✗[/]")} {Markup.Escape(words)}");
        }

        return proof.Holds;
    }
}
