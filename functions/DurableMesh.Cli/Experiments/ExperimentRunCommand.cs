using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Agents.Presets;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.CodingAgents;
using DurableMesh.Cli.Experiments.Report;
using DurableMesh.Cli.Experiments.Runs;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Client;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments;

/// <summary><c>mesh experiment run</c>: makes an experiment, or goes on with one that was broken off.</summary>
internal static class ExperimentRunCommand
{
    private const string BuilderKeyVariable = "MESH_BUILDER_KEY";
    private const string VerifierKeyVariable = "MESH_VERIFIER_KEY";
    private const string ScriptedModelName = "gpt-5.4-mini";
    private static readonly string[] Presets = ["pi", "opencode"];

    private static readonly Argument<string> Path = new("EXPERIMENT")
    {
        Description = $"The experiment's file, or its folder with {Workload.FileName}.",
    };

    private static readonly Option<string?> Folder = new("--folder")
    {
        Description = "Where it is kept, and goes on. [default: NAME.experiment, here]",
        HelpName = "FOLDER",
    };

    private static readonly Option<string[]> Arms = new("--arm")
    {
        Description =
            $"Only this arm: {string.Join(", ", ExperimentWords.Arms.Keys)}. May be repeated. [default: those of the file]",
        HelpName = "ARM",
    };

    private static readonly Option<string[]> Tasks = new("--task")
    {
        Description = "Only this task. May be repeated. [default: all]",
        HelpName = "ID",
    };

    private static readonly Option<int?> Repetitions = new("--repetitions")
    {
        Description = "How often each task is done in each arm, 1 to 100. [default: as the file says]",
        HelpName = "N",
    };

    private static readonly Option<long?> Seed = new("--seed")
    {
        Description = "Orders the runs, and draws the bootstrap's samples. [default: the file's, or one that is drawn]",
        HelpName = "N",
    };

    private static readonly Option<int> Parallel = CommonOptions.Between(1, 64, new Option<int>("--parallel")
    {
        Description = "How many runs are under way at once.",
        HelpName = "N",
        DefaultValueFactory = _ => 12,
    });

    private static readonly Option<bool> Scripted = new("--scripted")
    {
        Description = "Run a mesh of its own, and a scripted model in the place of a real one.",
    };

    private static readonly Option<string?> With = new("--with")
    {
        Description =
            $"The builder is a coding agent over the scripted model: {string.Join(" or ", Presets)}. npm installs it where it " +
            "is not. [default: the model itself, with tools]",
        HelpName = "PRESET",
    };

    private static readonly Option<Uri?> Endpoint = new("--endpoint")
    {
        Description = "Where the model is: an address that speaks OpenAI's Chat Completions, up to and with /v1.",
        HelpName = "URL",
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The model, as the endpoint and the price list name it.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> KeyVariable = new("--key-variable")
    {
        Description = "The environment variable with the endpoint's key. [default: none is sent]",
        HelpName = "NAME",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("run", "Do the same tasks in each arm, and measure what that takes; goes on where it stopped.")
        {
            Path, Folder, Arms, Tasks, Repetitions, Seed, Parallel, Scripted, With, Endpoint, Model, KeyVariable,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var workload = Workload.Read(parsed.GetRequiredValue(Path));
            var models = ModelsOf(parsed);
            using var folder = ExperimentFolder.Open(parsed.GetValue(Folder) ?? $"{workload.File.Name}.experiment");
            var plan = PlanOf(parsed, workload, folder.Plan, models);
            if (folder.Plan is null)
            {
                folder.Append(new ExperimentOpened { At = TimeProvider.System.GetUtcNow(), Plan = plan });
            }

            await MakeAsync(parsed, workload, folder, plan, models, terminal, cancellation);
            return await ExperimentReportCommand.WriteAsync(parsed, folder.Path, folder.Entries, terminal, cancellation);
        });
        return command;
    }

    private static async Task MakeAsync(
        ParseResult parsed,
        Workload workload,
        ExperimentFolder folder,
        ExperimentPlan plan,
        IReadOnlyList<string> models,
        Terminal terminal,
        CancellationToken cancellation)
    {
        if (folder.Runs.Count == plan.Order.Count)
        {
            return;
        }

        await using var stage = parsed.GetValue(Scripted)
            ? await ScriptedStage.StartAsync(workload, terminal, cancellation)
            : null;
        var desk = stage?.Mesh ?? parsed.Connect();
        await new ArmsCheck(desk).DemandAsync(workload.File, plan.Arms, cancellation);
        var (cells, check, parallel) = (new Cells(), new ModuleCheck(workload.Runner), parsed.GetValue(Parallel));
        var address = stage is null ? parsed.GetValue(Endpoint)! : new Uri(stage.Model, "v1");
        var variable = stage is null ? parsed.GetValue(KeyVariable) : null;
        using var workshop = new Workshop();
        var builder = parsed.GetValue(With) is { } preset
            ? new PresetBuilder(
                cells,
                CodingAgents.Find(preset)!,
                await ProgramOfAsync(preset, terminal, cancellation),
                stage!.Model,
                workshop.Folder)
            : null;
        var peer = new ModelPeer(
            cells,
            scope =>
            {
                var client = new OpenAIModel { Model = models[^1], Address = address, KeyVariable = variable };
                return stage is null ? client.Connect() : client.Connect(scope);
            },
            check,
            models[^1],
            builder);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (initiator, responder) = (workload.File.Initiator, workload.File.Responder);
        var working = new ExperimentAgents(parallel * 2, terminal).WorkAsync(
            [
                (initiator, (IAgentHandler?)builder ?? peer,
                    stage?.Mesh ?? ConnectAs(parsed, terminal, initiator, BuilderKeyVariable)),
                (responder, peer, stage?.Mesh ?? ConnectAs(parsed, terminal, responder, VerifierKeyVariable)),
            ],
            stop.Token);

        // A mesh that is made for it has no other start. So every id, and with it every prompt, is the same each time.
        var start = stage is null
            ? string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds():x8}")
            : "start";
        var running = new ExperimentRun(desk, workload, folder, start, terminal, TimeProvider.System)
            .RunAsync(plan, cells, check, parallel, stop.Token);

        // Where an agent cannot work, nobody would answer.
        await await Task.WhenAny(running, working);
        await running;
        await stop.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<string> ProgramOfAsync(string preset, Terminal terminal, CancellationToken cancellation)
    {
        var agents = new CodingAgentInstallation(
            System.IO.Path.Combine(Installation.Find("experiment").Root, "samples", "coding-agents"));
        return await terminal.WorkAsync(
            $"installing {preset}", _ => agents.EnsureAsync(preset, terminal.Hint, cancellation)) is { } missing
            ? throw new CliException(ExitCode.Usage, missing)
            : agents.ProgramOf(preset)!;
    }

    /// <summary>The models that the agents run on; where they differ the builder's first.</summary>
    private static IReadOnlyList<string> ModelsOf(ParseResult parsed)
    {
        if (parsed.GetValue(With) is { } preset)
        {
            return parsed.GetValue(Scripted) && Presets.Contains(preset)
                ? [ScriptedProvider.ModelFor(preset), ScriptedModelName]
                : throw new CliException(
                    ExitCode.Usage, $"--with takes {string.Join(" or ", Presets)}, and goes with --scripted alone.");
        }

        if (parsed.GetValue(Scripted))
        {
            return [parsed.GetValue(Model) ?? ScriptedModelName];
        }

        return parsed.GetValue(Endpoint) is { IsAbsoluteUri: true, Scheme: "http" or "https" }
            && parsed.GetValue(Model) is { } model
            ? [model]
            : throw new CliException(
                ExitCode.Usage,
                "Say which model the agents run on: --endpoint URL with --model NAME, or --scripted where there is none.");
    }

    /// <summary>The plan: as it was begun, where it was; nothing of it may have changed since.</summary>
    private static ExperimentPlan PlanOf(
        ParseResult parsed, Workload workload, ExperimentPlan? begun, IReadOnlyList<string> models)
    {
        var file = workload.File;
        var tasks = workload.Tasks.Select(task => task.Task.Id).ToList();
        var chosen = parsed.GetValue(Tasks) is { Length: > 0 } some ? some.Distinct().ToList() : tasks;
        if (chosen.FirstOrDefault(id => !tasks.Contains(id)) is { } unknown)
        {
            throw new CliException(ExitCode.Usage, $"There is no task '{unknown}'. There are: {string.Join(", ", tasks)}.");
        }

        var seed = parsed.GetValue(Seed) is { } given ? (ulong)given
            : file.Seed ?? begun?.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 1;
        ExperimentPlan plan;
        try
        {
            plan = ExperimentPlan.Create(
                file.Name,
                new ExperimentWorkload(file.Workload, workload.Hash),
                new ExperimentPair(file.Initiator, file.Responder, file.Pattern),
                ArmsOf(parsed) ?? file.Arms,
                chosen,
                parsed.GetValue(Repetitions) ?? file.Repetitions,
                seed,
                models);
        }
        catch (ArgumentException fault)
        {
            throw new CliException(ExitCode.Usage, $"That is no experiment: {fault.Message}", fault);
        }

        return begun is null ? plan
            : Difference(begun, plan) is { } difference ? throw new CliException(
                ExitCode.Usage,
                $"The experiment in this folder was begun otherwise: {difference} Begin in a new folder (--folder), " +
                "or give it what it was begun with.")
            : begun;
    }

    private static IReadOnlyList<ExperimentArm>? ArmsOf(ParseResult parsed) => parsed.GetValue(Arms) is not { Length: > 0 } names
        ? null
        :
        [
            .. names.Distinct().Select(name => ExperimentWords.Arms.TryGetValue(name, out var arm)
                ? arm
                : throw new CliException(
                    ExitCode.Usage, $"--arm: '{name}' is none of {string.Join(", ", ExperimentWords.Arms.Keys)}.")),
        ];

    private static string? Difference(ExperimentPlan begun, ExperimentPlan now) =>
        begun.Workload != now.Workload ? "the experiment's file, or a file of its tasks, has changed since."
        : !begun.Arms.SequenceEqual(now.Arms) ? "other arms."
        : !begun.Tasks.SequenceEqual(now.Tasks) ? "other tasks."
        : begun.Repetitions != now.Repetitions ? $"{begun.Repetitions} repetitions, now {now.Repetitions}."
        : begun.Seed != now.Seed ? $"with seed {begun.Seed}, now {now.Seed}."
        : !begun.Models.SequenceEqual(now.Models)
            ? $"with {string.Join(", ", begun.Models)}, now {string.Join(", ", now.Models)}."
        : null;

    private static MeshClient ConnectAs(ParseResult parsed, Terminal terminal, string agent, string variable)
    {
        var desk = parsed.Connect();
        return terminal.Variable(variable) is { } key ? MeshClient.Connect(desk.Address, key)
            : parsed.MeshKey() is null ? desk
            : throw new CliException(
                ExitCode.Usage, $"Set {variable} to a key of {agent}: your own starts the runs, and speaks as no agent.");
    }
}
