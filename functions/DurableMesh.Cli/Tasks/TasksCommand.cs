using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Tasks;

/// <summary><c>mesh tasks</c>: what threads work on, and whose word it is that it is done.</summary>
internal static class TasksCommand
{
    private static readonly Dictionary<string, MissionTaskState> States =
        Enum.GetValues<MissionTaskState>().ToDictionary(ThreadWords.Of, StringComparer.Ordinal);

    private static readonly Option<string?> State = new("--state")
    {
        Description = $"{string.Join(", ", States.Keys)}.",
        HelpName = "STATE",
    };

    private static readonly Option<string?> Owner = new("--owner") { Description = "Tasks of this owner." };
    private static readonly Option<string?> Company = new("--company") { Description = "Tasks of this company." };
    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many.", HelpName = "N" };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Go on where an earlier list stopped (its nextCursor).",
    };

    private static readonly Option<int?> IfVersion = new("--if-version")
    {
        Description = "Only if the task still has this version.",
        HelpName = "N",
    };

    private static readonly Option<string?> By = CommonOptions.By();
    private static readonly Option<bool> IdOnly = CommonOptions.IdOnly("the task's id");

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("tasks", "The MC tasks: list, show, create, move and give them.")
    {
        CreateList(terminal),
        CreateShow(terminal),
        CreateCreate(terminal),
        CreateMove(terminal),
        CreateGive(terminal),
    };

    private static Command CreateList(Terminal terminal)
    {
        var command = new Command("list", "List tasks, newest first.") { State, Owner, Company, Limit, Cursor };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListTasksAsync(
                [
                    ("state", parsed.GetValue(State)),
                    ("owner", parsed.GetValue(Owner)),
                    ("company", parsed.GetValue(Company)),
                    ("limit", parsed.GetValue(Limit)?.ToString(CultureInfo.InvariantCulture)),
                    ("cursor", parsed.GetValue(Cursor)),
                ],
                cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.TasksPage);
                return ExitCode.Done;
            }

            Describe(page.Tasks, terminal.Out);
            if (page.NextCursor is { } next)
            {
                terminal.Hint($"There are more: --cursor {next}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow(Terminal terminal)
    {
        var id = Id();
        var command = new Command("show", "Show a task and what happened to it.") { id };
        command.SetAction(async (parsed, cancellation) =>
            Show(await parsed.Connect().GetTaskAsync(parsed.GetRequiredValue(id), cancellation), parsed, terminal));
        return command;
    }

    private static Command CreateCreate(Terminal terminal)
    {
        var id = Id();
        var title = new Argument<string>("TITLE") { Description = "What is to be done, in one line." };
        var owner = new Option<string?>("--owner") { Description = "Whoever alone may call it done. [default: who creates it]" };
        var priority = new Option<Priority>("--priority") { Description = "H, M or L.", DefaultValueFactory = _ => Priority.M };
        var company = new Option<string?>("--company") { Description = "The company that it belongs to." };
        var start = new Option<bool>("--start") { Description = "Put it in progress at once, so that threads may work on it." };
        var command = new Command("create", "Create a task.") { id, title, owner, priority, company, start, By, IdOnly };
        command.SetAction(async (parsed, cancellation) =>
        {
            var by = parsed.NameOf(By);
            var request = new CreateTaskRequest
            {
                Id = parsed.GetRequiredValue(id),
                Title = parsed.GetRequiredValue(title),
                Owner = parsed.GetValue(owner) ?? by
                    ?? throw new CliException(ExitCode.Usage, "Whose task is it? Say --owner NAME."),
                State = parsed.GetValue(start) ? MissionTaskState.InProgress : MissionTaskState.Open,
                Priority = parsed.GetValue(priority),
                Company = parsed.GetValue(company),
                By = by,
            };
            return Show(await parsed.Connect().CreateTaskAsync(request, cancellation), parsed, terminal);
        });
        return command;
    }

    private static Command CreateMove(Terminal terminal)
    {
        var id = Id();
        var state = new Argument<string>("STATE") { Description = $"{string.Join(", ", States.Keys)}." };
        state.AcceptOnlyFromAmong([.. States.Keys]);
        var why = new Option<string?>("--why") { Description = "The reason, for the history." };
        var evidence = new Option<string[]>("--evidence")
        {
            Description = "What shows that it is done: a path or an address; may be given more than once.",
        };
        var command = new Command("move", "Move a task to another state.") { id, state, why, evidence, IfVersion, By, IdOnly };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new PatchTaskRequest
            {
                By = parsed.NameOf(By),
                Why = parsed.GetValue(why),
                State = States[parsed.GetRequiredValue(state)],
                Evidence = parsed.GetValue(evidence) ?? [],
            };
            var task = await parsed.Connect().PatchTaskAsync(
                parsed.GetRequiredValue(id), request, parsed.GetValue(IfVersion), cancellation);
            return Show(task, parsed, terminal);
        });
        return command;
    }

    private static Command CreateGive(Terminal terminal)
    {
        var id = Id();
        var owner = new Argument<string>("OWNER") { Description = "Whoever alone may call it done from now on." };
        var why = new Option<string>("--why") { Description = "The reason, for the history.", Required = true };
        var command = new Command("give", "Give a task to another owner: as its owner, or as an operator where its owner cannot.")
        {
            id, owner, why, IfVersion, By, IdOnly,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new PatchTaskRequest
            {
                By = parsed.NameOf(By),
                Why = parsed.GetRequiredValue(why),
                Owner = parsed.GetRequiredValue(owner),
            };
            var task = await parsed.Connect().PatchTaskAsync(
                parsed.GetRequiredValue(id), request, parsed.GetValue(IfVersion), cancellation);
            return Show(task, parsed, terminal);
        });
        return command;
    }

    private static Argument<string> Id() => new("TASK") { Description = "The task's id." };

    private static int Show(MissionTask task, ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(IdOnly))
        {
            terminal.Say(task.Id);
            return ExitCode.Done;
        }

        if (parsed.WantsJson())
        {
            terminal.WriteJson(task, CliJson.Context.MissionTask);
            return ExitCode.Done;
        }

        terminal.Out.Write(Listing.Properties(Describe(task)));
        Describe(task.History, terminal.Out);
        return ExitCode.Done;
    }

    private static void Describe(IEnumerable<MissionTask> tasks, IAnsiConsole console)
    {
        var listing = new Listing("task", "state", "priority", "owner", "company", "updated", "title")
        {
            Spare = ["company", "priority", "updated"],
        };
        foreach (var task in tasks)
        {
            listing.Add(
                task.Id,
                ThreadWords.Of(task.State),
                ThreadWords.Of(task.Priority),
                task.Owner,
                task.Company ?? "-",
                Instant(task.UpdatedAt),
                task.Title);
        }

        listing.WriteTo(console);
    }

    private static IEnumerable<(string Name, string Value)> Describe(MissionTask task) =>
    [
        ("task", task.Id),
        ("title", task.Title),
        ("state", ThreadWords.Of(task.State)),
        ("owner", task.Owner),
        ("company", task.Company ?? "-"),
        ("priority", ThreadWords.Of(task.Priority)),
        ("version", task.Version.ToString(CultureInfo.InvariantCulture)),
        .. task.Evidence.Select(evidence => ("evidence", evidence)),
    ];

    private static void Describe(IReadOnlyList<TaskHistoryEntry> history, IAnsiConsole console)
    {
        var length = Listing.LengthOfIds(console, [.. history.Select(entry => entry.ThreadId).OfType<string>()]);
        var listing = new Listing("when", "by", "what", "thread", "why") { Spare = ["thread"] };
        foreach (var entry in history)
        {
            var what = entry.From != entry.To ? $"{ThreadWords.Of(entry.From)} > {ThreadWords.Of(entry.To)}"
                : entry.PreviousOwner is { } owner ? $"taken from {owner}"
                : "-";
            listing.Add(
                Instant(entry.At), entry.By, what, Listing.Begin(entry.ThreadId ?? "-", length), entry.Why ?? "");
        }

        listing.WriteTo(console);
    }

    private static string Instant(DateTimeOffset at) => at.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
