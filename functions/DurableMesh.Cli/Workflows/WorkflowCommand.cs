using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using Spectre.Console;

namespace DurableMesh.Cli.Workflows;

/// <summary><c>mesh workflow</c>: steps across companies, each a thread.</summary>
internal static class WorkflowCommand
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("workflow", "Workflows across companies: each step is a thread.")
    {
        CreateCheck(terminal),
        CreateRun(terminal),
        CreateStatus(terminal),
        CreateList(terminal),
        CreateEvidence(terminal),
        CreateCancel(terminal),
        CreateDecide(terminal),
        CreateFinalize(terminal),
    };

    private static Command CreateCheck(Terminal terminal)
    {
        var file = DefinitionFile();
        var command = new Command("check", "Say all that is wrong with a workflow, or what a run of it would be.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var definition = await InputText.ReadUtf8Async(parsed.GetRequiredValue(file), terminal, cancellation);
            var preview = await parsed.Connect().CheckWorkflowAsync(definition, cancellation);
            Say(preview, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRun(Terminal terminal)
    {
        var file = DefinitionFile();
        var task = new Option<string?>("--task") { Description = "The MC task, in place of the file's.", HelpName = "ID" };
        var key = new Option<string?>("--key-of-start")
        {
            Description = "The same key with the same file is the same run. [default: a new one]",
            HelpName = "KEY",
        };
        var follow = new Option<bool>("--follow") { Description = "Wait for its end, and say each step on the way." };
        var idOnly = CommonOptions.IdOnly("the workflow's id");
        var command = new Command("run", "Start a workflow.") { file, task, key, follow, idOnly };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (await InputText.ReadJsonAsync(parsed.GetRequiredValue(file), terminal, cancellation) is not JsonObject definition)
            {
                throw new CliException(ExitCode.Usage, "A workflow is a JSON object.");
            }

            if (parsed.GetValue(task) is { } mcTask)
            {
                definition["mcTask"] = mcTask;
            }

            var mesh = parsed.Connect();
            var run = await mesh.StartWorkflowAsync(
                Encoding.UTF8.GetBytes(definition.ToJsonString()),
                parsed.GetValue(key) ?? Guid.NewGuid().ToString(),
                cancellation);
            if (parsed.GetValue(idOnly))
            {
                terminal.Say(run.WorkflowId);
                return ExitCode.Done;
            }

            if (parsed.GetValue(follow))
            {
                run = await FollowAsync(mesh, run, parsed.WantsJson() ? null : terminal.Out, cancellation);
            }

            Say(run, parsed, terminal);
            return !parsed.GetValue(follow) || run.EndState is EndState.Pass or EndState.Answered
                ? ExitCode.Done
                : ExitCode.Refused;
        });
        return command;
    }

    /// <summary>Follows a run to its end, or to where a person has to decide.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="run">The run.</param>
    /// <param name="console">Hears of each step; null where nobody reads it.</param>
    /// <param name="cancellation">Stops following.</param>
    public static async Task<WorkflowView> FollowAsync(
        MeshClient mesh, WorkflowView run, IAnsiConsole? console, CancellationToken cancellation)
    {
        var said = new HashSet<string>();
        while (true)
        {
            foreach (var step in run.Steps.Where(step => step.State is not (StepPhase.Waiting or StepPhase.Skipped)))
            {
                if (said.Add($"{step.Id} {step.Attempt} {step.State}"))
                {
                    console?.MarkupLineInterpolated($"[bold]{step.Id}[/] {Words(step)}  [grey]thread {step.ThreadId ?? "-"}[/]");
                }
            }

            if (run.State is WorkflowPhase.Ended or WorkflowPhase.Held)
            {
                return run;
            }

            await Task.Delay(LookAgain, cancellation);
            run = await mesh.GetWorkflowAsync(run.WorkflowId, cancellation);
        }
    }

    private static Command CreateStatus(Terminal terminal)
    {
        var id = Id();
        var picture = new Option<bool>("--picture")
        {
            Description = "Print the steps as a Mermaid flowchart, and nothing else.",
        };
        var command = new Command("status", "Say where a workflow is.") { id, picture };
        command.SetAction(async (parsed, cancellation) =>
        {
            var run = await parsed.Connect().GetWorkflowAsync(parsed.GetRequiredValue(id), cancellation);
            if (parsed.GetValue(picture))
            {
                foreach (var line in run.Picture.TrimEnd().Split('\n'))
                {
                    terminal.Say(line);
                }

                return ExitCode.Done;
            }

            Say(run, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateList(Terminal terminal)
    {
        var state = new Option<WorkflowPhase?>("--state")
        {
            Description = "running, held, stopping or ended.",
            HelpName = "STATE",
        };
        var task = new Option<string?>("--task") { Description = "Workflows about this MC task.", HelpName = "ID" };
        var limit = new Option<int?>("--limit") { Description = "At most so many.", HelpName = "N" };
        var cursor = new Option<string?>("--cursor") { Description = "Go on where an earlier list stopped (its nextCursor)." };
        var csv = CsvRows.Option();
        var command = new Command("list", "List workflows, newest first.") { state, task, limit, cursor, csv };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListWorkflowsAsync(
                [
                    ("state", parsed.GetValue(state) is { } wanted ? ThreadWords.Of(wanted) : null),
                    ("mcTask", parsed.GetValue(task)),
                    ("limit", parsed.GetValue(limit)?.ToString(CultureInfo.InvariantCulture)),
                    ("cursor", parsed.GetValue(cursor)),
                ],
                cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.WorkflowsPage);
                return ExitCode.Done;
            }

            if (parsed.GetValue(csv))
            {
                WorkflowCsv.Write(page.Workflows, terminal);
                Listing.SayMore(page.NextCursor, terminal);
                return ExitCode.Done;
            }

            var listing = new Listing("workflow", "state", "steps", "cost", "name")
            {
                Numbers = ["steps", "cost"],
                Spare = ["cost"],
            };
            foreach (var run in page.Workflows)
            {
                listing.Add(run.WorkflowId, StateOf(run), $"{run.StepsDone}/{run.Steps.Count}", Usd(run.CostUsd), run.Name);
            }

            listing.WriteTo(terminal.Out);
            Listing.SayMore(page.NextCursor, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateEvidence(Terminal terminal)
    {
        var id = Id();
        var folder = new Option<string>("--out", "-o")
        {
            Description = "The folder for workflow.json and, under threads/, the evidence of each thread.",
            HelpName = "FOLDER",
            Required = true,
        };
        var command = new Command("evidence", "Fetch the evidence of a workflow and of all its threads.") { id, folder };
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = await SaveAsync(
                parsed.Connect(), parsed.GetRequiredValue(id), parsed.GetRequiredValue(folder), cancellation);
            var threads = Path.Combine(Path.GetDirectoryName(file)!, "threads");
            terminal.Hint($"Check it with: {terminal.Mesh} evidence verify {file} --threads {threads}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Saves the evidence of a run and of its threads.</summary>
    /// <returns>The run's file.</returns>
    public static async Task<string> SaveAsync(MeshClient mesh, string id, string folder, CancellationToken cancellation)
    {
        var threads = Directory.CreateDirectory(Path.Combine(folder, "threads")).FullName;
        var file = Path.Combine(folder, "workflow.json");
        await File.WriteAllBytesAsync(file, await mesh.GetWorkflowEvidenceAsync(id, cancellation), cancellation);
        using var evidence = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellation));
        foreach (var thread in evidence.RootElement.GetProperty("threads").EnumerateArray()
            .Where(thread => thread.GetProperty("head").ValueKind != System.Text.Json.JsonValueKind.Null)
            .Select(thread => thread.GetProperty("threadId").GetString()!))
        {
            await File.WriteAllBytesAsync(
                Path.Combine(threads, $"{thread}.json"), await mesh.GetEvidenceAsync(thread, cancellation), cancellation);
        }

        return file;
    }

    private static Command CreateCancel(Terminal terminal)
    {
        var (id, by) = (Id(), CommonOptions.By());
        var why = new Option<string>("--why")
        {
            Description = "The reason, for the evidence.",
            DefaultValueFactory = _ => "cancelled from the command line",
        };
        var command = new Command("cancel", "End a workflow now, with all of it that runs.") { id, by, why };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new CancelRequest(parsed.NameOf(by), parsed.GetRequiredValue(why));
            Say(await parsed.Connect().CancelWorkflowAsync(parsed.GetRequiredValue(id), request, cancellation), parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateDecide(Terminal terminal)
    {
        var (id, by) = (Id(), CommonOptions.By());
        var step = new Argument<string>("STEP") { Description = "The step that holds it." };
        var decision = new Argument<string>("DECISION")
        {
            Description = "go-on leaves it as it is (no PASS any more), again tries it anew, end ends the workflow.",
            HelpName = "go-on|again|end",
        };
        decision.AcceptOnlyFromAmong("go-on", "again", "end");
        var why = new Option<string>("--why") { Description = "The reason, for the evidence.", Required = true };
        var command = new Command("decide", "Decide about a step that holds its workflow.") { id, step, decision, by, why };
        command.SetAction(async (parsed, cancellation) =>
        {
            var what = parsed.GetRequiredValue(decision) switch
            {
                "go-on" => StepDecision.GoOn,
                "again" => StepDecision.Again,
                _ => StepDecision.End,
            };
            var request = new StepDecisionRequest(
                parsed.NameOf(by), parsed.GetRequiredValue(step), what, parsed.GetRequiredValue(why));
            Say(await parsed.Connect().DecideWorkflowAsync(parsed.GetRequiredValue(id), request, cancellation), parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateFinalize(Terminal terminal)
    {
        var (id, by) = (Id(), CommonOptions.By());
        var plumbing = new Option<bool>("--plumbing") { Description = "It is right that only the mesh's wiring answered." };
        var why = new Option<string?>("--why") { Description = "The reason, for the evidence." };
        var command = new Command("finalize", "Hand the result over: the MC task is ready for review.") { id, by, plumbing, why };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new FinalizeRequest(parsed.NameOf(by), parsed.GetValue(plumbing), parsed.GetValue(why));
            var run = await parsed.Connect().FinalizeWorkflowAsync(parsed.GetRequiredValue(id), request, cancellation);
            Say(run, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Id() => new("WORKFLOW") { Description = "The workflow's id." };

    private static Argument<string> DefinitionFile() => new("FILE") { Description = "The workflow, JSON; - for standard input." };

    /// <summary>Says what a run would be.</summary>
    public static void Say(WorkflowPreview preview, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(preview, CliJson.Context.WorkflowPreview);
            return;
        }

        terminal.Out.MarkupLineInterpolated(
            $"[green]✓[/] [bold]{preview.Name}[/]: {preview.Steps.Count} steps, at most {Usd(preview.CostCapUsd)}");
        WriteSteps(preview.Steps, terminal.Out);
        foreach (var doubt in preview.Doubts)
        {
            terminal.Out.MarkupLineInterpolated($"[yellow]! {doubt}[/]");
        }
    }

    /// <summary>Says where a run is, and what to do next.</summary>
    public static void Say(WorkflowView run, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(run, CliJson.Context.WorkflowView);
            return;
        }

        Write(run, terminal.Out);
        foreach (var held in run.Steps.Where(step => step.State == StepPhase.Held && run.State != WorkflowPhase.Ended))
        {
            var decide = $"{terminal.Mesh} workflow decide {run.WorkflowId} {held.Id} go-on|again|end --why REASON";
            terminal.Hint($"A person decides: {decide}");
        }

        if (run is { State: WorkflowPhase.Ended, EndState: EndState.Pass or EndState.Answered, FinalizedBy: null })
        {
            terminal.Hint($"Hand it over with: {terminal.Mesh} workflow finalize {run.WorkflowId}");
        }
    }

    /// <summary>Says where a run is.</summary>
    public static void Write(WorkflowView run, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"workflow [bold]{run.WorkflowId}[/] {run.Name}");
        var cost = $"{Usd(run.CostUsd)} of {Usd(run.CostCapUsd)}";
        console.MarkupLineInterpolated(
            $"{StateOf(run)}, {run.StepsDone} of {run.Steps.Count} steps done, {cost}, task {run.McTask}");
        if (run.Detail is { Length: > 0 } detail)
        {
            console.MarkupLineInterpolated($"[grey]{detail}[/]");
        }

        if (run.FinalizedBy is { } by)
        {
            console.MarkupLineInterpolated($"handed over by {by}");
        }

        WriteSteps(run.Steps, console);
    }

    private static void WriteSteps(IReadOnlyList<StepView> steps, IAnsiConsole console)
    {
        var listing = new Listing("step", "state", "company", "between", "cost", "title")
        {
            Numbers = ["cost"],
            Spare = ["cost", "company"],
        };
        foreach (var step in steps)
        {
            listing.Add(
                step.Id, Words(step), step.Company, $"{step.Initiator} → {step.Responder}", Usd(step.CostUsd), step.Title);
        }

        listing.WriteTo(console);
    }

    private static string Words(StepView step) => step.EndState is null || step.State == StepPhase.Running
        ? $"{ThreadWords.Of(step.State)}{TryOf(step)}, to be {ThreadWords.Of(step.Wanted)}"
        : $"{ThreadWords.Of(step.State)}{TryOf(step)}, {ThreadWords.Of(step.EndState)} {ThreadWords.Of(step.Reason)}";

    private static string TryOf(StepView step) => step.Tries is { } tries && step.Attempt > 0
        ? string.Create(CultureInfo.InvariantCulture, $" (try {step.Attempt} of {tries})")
        : "";

    private static string StateOf(WorkflowView run) => run.EndState is null
        ? ThreadWords.Of(run.State)
        : $"{ThreadWords.Of(run.EndState)} {ThreadWords.Of(run.Reason)}";

    private static string Usd(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:0.00##}");
}
