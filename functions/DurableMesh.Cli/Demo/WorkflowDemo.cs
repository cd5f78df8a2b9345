using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Evidence;
using DurableMesh.Cli.Host;
using DurableMesh.Cli.Processes;
using DurableMesh.Cli.Transcript;
using DurableMesh.Cli.Workflows;
using DurableMesh.Client;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using Spectre.Console;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// <c>mesh demo --workflow</c>: the sample workflow with scripted agents as processes of their own, the mesh killed in the middle
/// of its second step, and its evidence checked with that of its threads.
/// </summary>
internal sealed class WorkflowDemo : IAsyncDisposable
{
    private const string Owner = "operator";
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    private static readonly (string Agent, string[] Kinds)[] Cast =
    [
        ("codecraft-builder", ["brief", "verdict", "answer"]),
        ("securion-advisor", ["submission", "question"]),
        ("proveo-verifier", ["submission", "question"]),
    ];

    private readonly Installation _installation;
    private readonly DemoOptions _options;
    private readonly Terminal _terminal;
    private readonly string _folder;
    private readonly TextWriter _log;
    private readonly List<BackgroundProcess> _agents = [];
    private MeshHost? _host;

    /// <summary>Prepares a run in a folder of its own.</summary>
    public WorkflowDemo(Installation installation, DemoOptions options, Terminal terminal)
    {
        (_installation, _options, _terminal) = (installation, options, terminal);
        var name = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        _folder = PrivateFolder.Ensure(Path.Combine(MeshFolder.Of(terminal).Private().Path, "demo", name));
        _log = TextWriter.Synchronized(
            new StreamWriter(PrivateFolder.Open(Path.Combine(_folder, "log.txt"), FileMode.Create)) { AutoFlush = true });
    }

    /// <summary>Runs the workflow to its end.</summary>
    /// <returns>Whether it ended as it must: PASS, handed over, and evidence that holds, steps included.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        _host = await StartHostAsync(cancellation);
        var mesh = MeshClient.Connect(_host.Address, _options.Key);
        var run = await StartAsync(mesh, cancellation);
        foreach (var (agent, kinds) in Cast)
        {
            await StartAgentAsync(mesh, agent, kinds, cancellation);
        }

        run = await FollowAsync(mesh, run, cancellation);
        if (run.EndState == EndState.Pass)
        {
            run = await mesh.FinalizeWorkflowAsync(
                run.WorkflowId, new FinalizeRequest(Owner, Plumbing: false, "the demo's result"), cancellation);
        }

        var task = await mesh.GetTaskAsync(run.McTask, cancellation);
        if (_options.AsJson)
        {
            _terminal.WriteJson(run, CliJson.Context.WorkflowView);
        }
        else
        {
            WorkflowCommand.Write(run, _terminal.Out);
        }

        Say($"[grey]task    {task.Id} is {ThreadWords.Of(task.State)}[/]");
        var holds = await VerifyAsync(mesh, run, cancellation);
        return run is { EndState: EndState.Pass, FinalizedBy: not null }
            && task.State == MissionTaskState.ReadyForReview
            && holds;
    }

    /// <summary>Stops the agents, then the mesh.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_agents.Select(agent => agent.DisposeAsync().AsTask()));
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _log.DisposeAsync();
    }

    private async Task<WorkflowView> StartAsync(MeshClient mesh, CancellationToken cancellation)
    {
        var file = Path.Combine(_installation.Root, "samples", "workflows", "bounded-claim.json");
        var definition = JsonNode.Parse(await File.ReadAllBytesAsync(file, cancellation))!;
        var task = await mesh.CreateTaskAsync(
            new CreateTaskRequest
            {
                Id = $"workflow-{Path.GetFileName(_folder)}",
                Title = definition["name"]!.GetValue<string>(),
                Owner = Owner,
                State = MissionTaskState.InProgress,
            },
            cancellation);
        definition["mcTask"] = task.Id;
        var run = await mesh.StartWorkflowAsync(
            System.Text.Encoding.UTF8.GetBytes(definition.ToJsonString()), Guid.NewGuid().ToString(), cancellation);
        Say($"[bold]{Markup.Escape(run.Name)}[/]  [grey]workflow {run.WorkflowId}, task {task.Id}[/]");
        return run;
    }

    private async Task StartAgentAsync(MeshClient mesh, string agent, string[] kinds, CancellationToken cancellation)
    {
        var key = _options.Key is null ? ""
            : (await mesh.IssueKeyAsync(agent, new IssueKeyRequest(null, null, KeyLifetime), cancellation)).Key!;
        var own = typeof(WorkflowDemo).Assembly.Location;
        string[] arguments =
        [
            own, "agent", "run",
            "--as", agent,
            "--retry-for", "PT3M",
            "--exec", $"\"{BackgroundProcess.Dotnet}\" \"{own}\" demo-agent step",
            "--only", .. kinds,
        ];
        _agents.Add(BackgroundProcess.StartDotnet(
            arguments,
            [
                new(MeshVariables.Url, _host!.Address.AbsoluteUri),
                new(MeshVariables.Home, _folder),
                new(MeshVariables.Key, key),
            ],
            _folder,
            line => _log.WriteLine($"{agent}: {HiddenCharacters.Mask(line)}")));
    }

    /// <summary>Follows the run, and kills the mesh once, while the second step's thread runs.</summary>
    private async Task<WorkflowView> FollowAsync(MeshClient mesh, WorkflowView run, CancellationToken cancellation)
    {
        var said = new HashSet<string>();
        for (var crashIsDue = true; run.State != WorkflowPhase.Ended;)
        {
            if (_agents.Find(agent => agent.HasExited) is { } gone)
            {
                throw new CliException(ExitCode.Refused, $"An agent of the demo stopped. Its last words:\n{gone.LastLines}");
            }

            await Task.Delay(LookAgain, cancellation);
            run = await mesh.GetWorkflowAsync(run.WorkflowId, cancellation);
            foreach (var step in run.Steps.Where(step => step.State is not (StepPhase.Waiting or StepPhase.Skipped)))
            {
                if (said.Add($"{step.Id} {step.State}"))
                {
                    Say($"[bold]{step.Id}[/] {ThreadWords.Of(step.State)} {ThreadWords.Of(step.EndState)}  "
                        + $"[grey]{step.Initiator} → {step.Responder}, thread {step.ThreadId}[/]");
                }
            }

            if (crashIsDue && run.Steps is [{ State: StepPhase.Done }, { State: StepPhase.Running }, ..])
            {
                crashIsDue = false;
                Say($"[bold red]✗ SIGKILL[/] [red]the mesh, process {_host!.ProcessId}, is killed in the middle of step 2[/]");
                await _host.CrashAsync();
                _host = await StartHostAsync(cancellation);
            }
        }

        return run;
    }

    private async Task<bool> VerifyAsync(MeshClient mesh, WorkflowView run, CancellationToken cancellation)
    {
        var file = await WorkflowCommand.SaveAsync(mesh, run.WorkflowId, _folder, cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder, "picture.mmd"), run.Picture, cancellation);
        var place = Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, file));
        Say($"[grey]saved   {place}, threads/ and picture.mmd beside it[/]");
        var report = WorkflowEvidenceVerifier.Verify(
            await File.ReadAllBytesAsync(file, cancellation),
            run.Evidence.Head,
            VerifyCommand.InFolder(Path.Combine(_folder, "threads")));
        if (!_options.AsJson)
        {
            VerifyCommand.Write(report, _terminal.Out);
        }

        return report.Holds && report.ThreadsChecked == run.Steps.Count;
    }

    private async Task<MeshHost> StartHostAsync(CancellationToken cancellation)
    {
        var host = await MeshHost.StartAsync(
            _installation,
            _options.Port,
            mayStandBy: false,
            line => _log.WriteLine($"host: {HiddenCharacters.Mask(line)}"),
            cancellation);
        Say($"[green]The mesh is up[/] at {host.Address} [grey]process {host.ProcessId}[/]");
        return host;
    }

    private void Say(string markup) => (_options.AsJson ? _terminal.Note : _terminal.Out).MarkupLine(markup);
}
