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
        Description = "PASS, PARTIAL, BLOCKED or ANSWERED.",
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

    private static readonly Option<bool> Csv = CsvRows.Option();

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("list", "List threads, newest first.") { State, End, Agent, Company, Task, Limit, Cursor, Csv };
        command.SetAction(async (parsed, cancellation) =>
        {
            var mesh = parsed.Connect();
            var page = await mesh.ListThreadsAsync(
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

            if (parsed.GetValue(Csv))
            {
                WriteCsv(page.Threads, terminal);
                Listing.SayMore(page.NextCursor, terminal);
                return ExitCode.Done;
            }

            var there = page.Threads.Any(thread => thread is { State: ThreadPhase.Open, AtWork: null })
                ? await mesh.ListAgentsAsync(cancellation)
                : new AgentsPage([]);
            Describe(page.Threads, there.Agents, terminal.Out);
            Listing.SayMore(page.NextCursor, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static string? Word<TEnum>(TEnum? value)
        where TEnum : struct, Enum => value is null ? null : ThreadWords.Of(value);

    private static void WriteCsv(IReadOnlyList<ThreadView> threads, Terminal terminal)
    {
        var csv = new CsvRows(
            terminal,
            "threadId",
            "state",
            "endState",
            "reason",
            "pattern",
            "mcTask",
            "priority",
            "subject",
            "initiator",
            "responder",
            "awaiting",
            "round",
            "turns",
            "messages",
            "createdAt",
            "endedAt",
            "inputTokens",
            "cachedInputTokens",
            "cacheWriteTokens",
            "outputTokens",
            "costUsd");
        foreach (var thread in threads)
        {
            csv.Add(
                thread.ThreadId,
                thread.State,
                thread.EndState,
                thread.Reason,
                thread.Pattern,
                thread.McTask,
                thread.Priority,
                thread.Subject,
                thread.Initiator,
                thread.Responder,
                thread.Awaiting,
                thread.Round,
                thread.Turns,
                thread.Messages,
                thread.CreatedAt,
                thread.EndedAt,
                thread.Usage.InputTokens,
                thread.Usage.CachedInputTokens,
                thread.Usage.CacheWriteTokens,
                thread.Usage.OutputTokens,
                thread.Usage.CostUsd);
        }
    }

    private static void Describe(IReadOnlyList<ThreadView> threads, IReadOnlyList<AgentView> agents, IAnsiConsole console)
    {
        var length = Listing.LengthOfIds(console, [.. threads.Select(thread => thread.ThreadId)]);
        var listing = new Listing("thread", "state", "awaits", "round", "created", "subject")
        {
            Numbers = ["round"],
            Spare = ["created", "round"],
        };
        foreach (var thread in threads)
        {
            listing.Add(
                Listing.Begin(thread.ThreadId, length),
                StateOf(thread),
                AwaitedBy(thread, agents),
                thread.Round.ToString(CultureInfo.InvariantCulture),
                thread.CreatedAt.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture),
                thread.Subject);
        }

        listing.WriteTo(console);
    }

    /// <summary>Whether anybody works, so that a thread that only waits looks like one.</summary>
    private static string StateOf(ThreadView thread) => thread.State switch
    {
        ThreadPhase.Held => "held for a person",
        ThreadPhase.Open => thread.AtWork is null ? "open, nobody at work" : "open, at work",
        _ => ThreadWords.StateOf(thread),
    };

    private static string AwaitedBy(ThreadView thread, IReadOnlyList<AgentView> agents) => thread switch
    {
        { AtWork: { } leases } => string.Join(", ", leases.Select(lease => lease.Agent).Distinct()),
        { Awaiting: { } awaited } when agents.Any(agent => agent.Id == awaited && agent.Reachable) => awaited,
        { Awaiting: { } awaited } => $"{awaited} (away)",
        _ => "-",
    };
}
