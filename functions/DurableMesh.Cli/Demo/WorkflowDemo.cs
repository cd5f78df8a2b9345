using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Evidence;
using DurableMesh.Cli.Processes;
using DurableMesh.Cli.Transcript;
using DurableMesh.Cli.Workflows;
using DurableMesh.Client;
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

    private static readonly (string Agent, string[] Kinds)[] Cast =
    [
        ("codecraft-builder", ["brief", "verdict", "answer"]),
        ("securion-advisor", ["submission", "question"]),
        ("proveo-verifier", ["submission", "question"]),
    ];

    private readonly Installation _installation;
    private readonly DemoOptions _options;
    private readonly Terminal _terminal;
    private readonly DemoStage _stage;

    /// <summary>Prepares a run in a folder of its own.</summary>
    public WorkflowDemo(Installation installation, DemoOptions options, Terminal terminal)
    {
        (_installation, _options, _terminal) = (installation, options, terminal);
        _stage = new DemoStage(installation, options, terminal);
    }

    /// <summary>Runs the workflow to its end.</summary>
    /// <returns>Whether it ended as it must: PASS, handed over, and evidence that holds, steps included.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var mesh = await _stage.StartMeshAsync(cancellation);
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

        _stage.Say($"[grey]task    {task.Id} is {ThreadWords.Of(task.State)}[/]");
        var holds = await VerifyAsync(mesh, run, cancellation);
        return run is { EndState: EndState.Pass, FinalizedBy: not null }
            && task.State == MissionTaskState.ReadyForReview
            && holds;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private async Task<WorkflowView> StartAsync(MeshClient mesh, CancellationToken cancellation)
    {
        var file = Path.Combine(_installation.Root, "samples", "workflows", "bounded-claim.json");
        var definition = JsonNode.Parse(await File.ReadAllBytesAsync(file, cancellation))!;
        var task = await mesh.CreateTaskAsync(
            new CreateTaskRequest
            {
                Id = $"workflow-{_stage.Name}",
                Title = definition["name"]!.GetValue<string>(),
                Owner = Owner,
                State = MissionTaskState.InProgress,
            },
            cancellation);
        definition["mcTask"] = task.Id;
        var run = await mesh.StartWorkflowAsync(
            System.Text.Encoding.UTF8.GetBytes(definition.ToJsonString()), Guid.NewGuid().ToString(), cancellation);
        _stage.Say($"[bold]{Markup.Escape(run.Name)}[/]  [grey]workflow {run.WorkflowId}, task {task.Id}[/]");
        return run;
    }

    private Task StartAgentAsync(MeshClient mesh, string agent, string[] kinds, CancellationToken cancellation)
    {
        var command = $"\"{BackgroundProcess.Dotnet}\" \"{typeof(WorkflowDemo).Assembly.Location}\" demo-agent step";
        string[] arguments = ["--retry-for", "PT3M", "--exec", command, "--only", .. kinds];
        return _stage.StartAgentAsync(mesh, agent, name: agent, arguments, environment: [], cancellation);
    }

    /// <summary>Follows the run, and kills the mesh once, while the second step's thread runs.</summary>
    private async Task<WorkflowView> FollowAsync(MeshClient mesh, WorkflowView run, CancellationToken cancellation)
    {
        var said = new HashSet<string>();
        for (var crashIsDue = true; run.State != WorkflowPhase.Ended;)
        {
            _stage.MustHaveAllAgents();
            await Task.Delay(LookAgain, cancellation);
            run = await mesh.GetWorkflowAsync(run.WorkflowId, cancellation);
            foreach (var step in run.Steps.Where(step => step.State is not (StepPhase.Waiting or StepPhase.Skipped)))
            {
                if (said.Add($"{step.Id} {step.State}"))
                {
                    _stage.Say($"[bold]{step.Id}[/] {ThreadWords.Of(step.State)} {ThreadWords.Of(step.EndState)}  "
                        + $"[grey]{step.Initiator} → {step.Responder}, thread {step.ThreadId}[/]");
                }
            }

            if (crashIsDue && run.Steps is [{ State: StepPhase.Done }, { State: StepPhase.Running }, ..])
            {
                crashIsDue = false;
                await _stage.CrashMeshAsync("step 2", cancellation);
            }
        }

        return run;
    }

    private async Task<bool> VerifyAsync(MeshClient mesh, WorkflowView run, CancellationToken cancellation)
    {
        var file = await WorkflowCommand.SaveAsync(mesh, run.WorkflowId, _stage.Folder, cancellation);
        await File.WriteAllTextAsync(Path.Combine(_stage.Folder, "picture.mmd"), run.Picture, cancellation);
        var place = Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, file));
        _stage.Say($"[grey]saved   {place}, threads/ and picture.mmd beside it[/]");
        var report = WorkflowEvidenceVerifier.Verify(
            await File.ReadAllBytesAsync(file, cancellation),
            run.Evidence.Head,
            VerifyCommand.InFolder(Path.Combine(_stage.Folder, "threads")));
        if (!_options.AsJson)
        {
            VerifyCommand.Write(report, _terminal.Out);
        }

        return report.Holds && report.ThreadsChecked == run.Steps.Count;
    }
}
