using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Events;

/// <summary><c>mesh events</c>: what happens in the whole mesh, or in the part of it that the key may hear of.</summary>
internal static class EventsCommand
{
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly Option<bool> Follow = new("--follow", "-f")
    {
        Description = "Go on with what comes, until Ctrl-C.",
    };

    private static readonly Option<string[]> Types = Several(
        "--type", "Events of this type; a * at its end stands for any ending, for instance 'mesh.thread.*'.", "TYPE");

    private static readonly Option<string[]> Threads = Several("--thread", "Events of this thread.", "ID");
    private static readonly Option<string[]> Agents = Several("--agent", "Events that are about this agent.", "ID");
    private static readonly Option<string[]> Companies = Several("--company", "Events of this company's agents.", "ID");

    private static readonly Option<TimeSpan?> Since = Durations.Optional(
        "--since", "Begin with what happened so long ago. [default: 1h; with --follow only what comes]");

    private static readonly Option<string?> After = new("--after")
    {
        Description = "Go on where an earlier list stopped (its cursor).",
        HelpName = "CURSOR",
    };

    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many.", HelpName = "N" };

    private static readonly Option<bool> Csv = CsvRows.Option();

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("events", "Show what happens: threads, messages, limits, tasks, agents.")
        {
            Follow, Types, Threads, Agents, Companies, Since, After, Limit, Csv,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, follow) = (parsed.Connect(), parsed.GetValue(Follow));
            var since = parsed.GetValue(Since) ?? (follow || parsed.GetValue(After) is not null ? null : TimeSpan.FromHours(1));
            var left = parsed.GetValue(Limit) ?? int.MaxValue;
            List<(string, string?)> filters =
            [
                .. Values("type", parsed.GetValue(Types)),
                .. Values("thread", parsed.GetValue(Threads)),
                .. Values("agent", parsed.GetValue(Agents)),
                .. Values("company", parsed.GetValue(Companies)),
            ];
            if (since is { } ago)
            {
                filters.Add(("since", Iso8601Duration.Format(ago)));
            }

            var csv = parsed.GetValue(Csv)
                ? new CsvRows(terminal, "id", "time", "type", "source", "subject", "threadId", "sequence", "what")
                : null;
            var (after, away) = (parsed.GetValue(After), false);
            while (true)
            {
                try
                {
                    var page = await mesh.GetEventsAsync(filters, after, follow ? LongPoll : TimeSpan.Zero, cancellation);
                    if (away)
                    {
                        away = false;
                        terminal.Pass("mesh: the mesh is back");
                    }

                    foreach (var happened in page.Events.Take(left))
                    {
                        Write(happened, csv, parsed, terminal);
                    }

                    (left, after) = (left - Math.Min(left, page.Events.Count), page.Next);
                    if (left == 0 || (!follow && !page.More))
                    {
                        break;
                    }
                }
                catch (MeshUnreachableException) when (follow && after is not null)
                {
                    // The position is known: nothing is missed.
                    if (!away)
                    {
                        away = true;
                        terminal.Pass("mesh: the mesh is away; waiting for it");
                    }

                    await Task.Delay(Pause, cancellation);
                }
            }

            if (!parsed.WantsJson())
            {
                terminal.Hint($"What comes after: --after {after}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(MeshEvent happened, CsvRows? csv, ParseResult parsed, Terminal terminal)
    {
        if (csv is not null)
        {
            csv.Add(
                happened.Id,
                happened.Time,
                happened.Type,
                happened.Source,
                happened.Subject,
                happened.ThreadId,
                happened.Sequence,
                EventWords.WhatOf(happened));
        }
        else if (parsed.WantsJson())
        {
            terminal.WriteJson(happened, CliJson.Context.MeshEvent);
        }
        else
        {
            terminal.Say(EventWords.Of(happened));
        }
    }

    private static IEnumerable<(string Name, string? Value)> Values(string name, string[]? values) =>
        (values ?? []).Select(value => (name, (string?)value));

    private static Option<string[]> Several(string name, string description, string helpName) => new(name)
    {
        Description = description + " May be given more than once.",
        HelpName = helpName,
    };
}
