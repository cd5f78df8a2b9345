using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh list</c>: threads, newest first.</summary>
internal static class ListCommand
{
    private static readonly Option<ThreadPhase?> State = new("--state")
    {
        Description = "starting, held, open or ended.",
        HelpName = "STATE",
    };

    private static readonly Option<EndState?> End = new("--end-state")
    {
        Description = "PASS, PARTIAL or BLOCKED.",
        HelpName = "STATE",
    };

    private static readonly Option<string?> Agent = new("--agent")
    {
        Description = "Threads that this agent is a party of.",
        HelpName = "ID",
    };

    private static readonly Option<string?> Company = new("--company") { Description = "Threads with a party of this company." };
    private static readonly Option<string?> Task = new("--task") { Description = "Threads about this MC task." };

    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many.", HelpName = "N" };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Go on where an earlier list stopped (its nextCursor).",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("list", "List threads, newest first.") { State, End, Agent, Company, Task, Limit, Cursor };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListThreadsAsync(
                [
                    ("state", Word(parsed.GetValue(State))),
                    ("endState", Word(parsed.GetValue(End))),
                    ("agent", parsed.GetValue(Agent)),
                    ("company", parsed.GetValue(Company)),
                    ("mcTask", parsed.GetValue(Task)),
                    ("limit", parsed.GetValue(Limit)?.ToString(CultureInfo.InvariantCulture)),
                    ("cursor", parsed.GetValue(Cursor)),
                ],
                cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.ThreadsPage);
                return ExitCode.Done;
            }

            terminal.Out.Write(Describe(page.Threads));
            if (page.NextCursor is { } next)
            {
                terminal.Note.MarkupLineInterpolated($"[grey]There are more: --cursor {next}[/]");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string? Word<TEnum>(TEnum? value)
        where TEnum : struct, Enum => value is null ? null : ThreadWords.Of(value);

    private static Table Describe(IEnumerable<ThreadView> threads)
    {
        string[] columns = ["thread", "state", "round", "awaiting", "created", "subject"];
        var table = new Table().Border(TableBorder.None).AddColumns([.. columns.Select(name => $"[grey]{name}[/]")]);
        foreach (var thread in threads)
        {
            var state = thread.State == ThreadPhase.Ended
                ? $"{ThreadWords.Of(thread.EndState)} {ThreadWords.Of(thread.Reason)}"
                : ThreadWords.Of(thread.State);
            table.AddRow(
                new Text(thread.ThreadId),
                new Text(state),
                new Text(thread.Round.ToString(CultureInfo.InvariantCulture)),
                new Text(thread.Awaiting ?? "-"),
                new Text(thread.CreatedAt.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
                new Text(thread.Subject));
        }

        return table;
    }
}
