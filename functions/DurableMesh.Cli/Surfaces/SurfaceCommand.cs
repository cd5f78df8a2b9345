using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Surfaces;

namespace DurableMesh.Cli.Surfaces;

/// <summary><c>mesh surface</c>: persistent agents and schedules.</summary>
internal static class SurfaceCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) =>
        new("surface", "Sequential surfaces that live on: persistent agents, and schedules.")
        {
            new Command("agent", "Persistent agents: tasks one after the other, with the context of those before.")
            {
                CreateAgentStart(terminal),
                CreateAgentTask(terminal),
                CreateShow("Say where an agent is: its queue, its context, its runs.", SurfaceKind.AgentFactory, terminal),
                CreateEnd("end", "End an agent after the task that runs.", SurfaceKind.AgentFactory, terminal),
            },
            new Command("cron", "Schedules: each fire starts a workflow.")
            {
                CreateCronAdd(terminal),
                CreateList(SurfaceKind.Cron, terminal),
                CreateShow("Say where a schedule is: its next fires, its last runs.", SurfaceKind.Cron, terminal),
                CreateTurn("pause", "Start no runs until it is resumed.", pause: true, terminal),
                CreateTurn("resume", "Go on from now.", pause: false, terminal),
                CreateEnd("remove", "Start no more runs; those that run come to their end.", SurfaceKind.Cron, terminal),
            },
        };

    private static Command CreateAgentStart(Terminal terminal)
    {
        var name = Name("The agent's name, of a to z, 0 to 9 and -.");
        var builder = Required<string>("--builder", "Who does the tasks.", "AGENT");
        var verifier = Required<string>("--verifier", "Who checks them.", "AGENT");
        var cap = Required<decimal>("--cost-cap", "US dollars for all tasks.", "USD");
        var ttl = Durations.Optional("--ttl", "How long it lives. [default: 30d]");
        var tasks = new Option<int?>("--tasks") { Description = "How many tasks it takes. [default: 1000]", HelpName = "N" };
        var command = new Command("start", "Start a persistent agent.") { name, builder, verifier, cap, ttl, tasks };
        command.SetAction(async (parsed, cancellation) =>
        {
            var limits = new JsonObject { ["costCapUsd"] = parsed.GetValue(cap) };
            if (parsed.GetValue(ttl) is { } time)
            {
                limits["ttl"] = Core.Wire.Iso8601Duration.Format(time);
            }

            if (parsed.GetValue(tasks) is { } most)
            {
                limits["runs"] = most;
            }

            var request = new JsonObject
            {
                ["name"] = parsed.GetRequiredValue(name),
                ["builder"] = parsed.GetRequiredValue(builder),
                ["verifier"] = parsed.GetRequiredValue(verifier),
                ["limits"] = limits,
            };
            var agent = await parsed.Connect().OpenSurfaceAsync(SurfaceKind.AgentFactory, Utf8(request), cancellation);
            Say(agent, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateAgentTask(Terminal terminal)
    {
        var name = Name("The agent.");
        var file = new Argument<string>("FILE")
        {
            Description = "The task, JSON {mcTask, subject, prompt, acceptance[], costCapUsd?}; - for standard input.",
        };
        var key = new Option<string?>("--key-of-start")
        {
            Description = "The same key with the same file is the same task. [default: a new one]",
            HelpName = "KEY",
        };
        var command = new Command("task", "Give an agent a task.") { name, file, key };
        command.SetAction(async (parsed, cancellation) =>
        {
            var task = await InputText.ReadUtf8Async(parsed.GetRequiredValue(file), terminal, cancellation);
            var agent = await parsed.Connect().GiveTaskAsync(
                parsed.GetRequiredValue(name), task, parsed.GetValue(key) ?? Guid.NewGuid().ToString(), cancellation);
            Say(agent, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateCronAdd(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The schedule, JSON {name, cron, timeZone, missed, workflow, limits}; - for standard input.",
        };
        var command = new Command("add", "Add a schedule.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = await InputText.ReadUtf8Async(parsed.GetRequiredValue(file), terminal, cancellation);
            Say(await parsed.Connect().OpenSurfaceAsync(SurfaceKind.Cron, request, cancellation), parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateList(SurfaceKind kind, Terminal terminal)
    {
        var csv = CsvRows.Option();
        var command = new Command("list", "List them, by name.") { csv };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().ListSurfacesAsync(kind, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.SurfacesPage);
            }
            else if (parsed.GetValue(csv))
            {
                SurfaceTable.WriteCsv(page.Surfaces, terminal);
            }
            else
            {
                SurfaceTable.WriteList(page.Surfaces, terminal.Out);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow(string description, SurfaceKind kind, Terminal terminal)
    {
        var name = Name("Its name.");
        var command = new Command("show", description) { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            Say(await parsed.Connect().GetSurfaceAsync(kind, parsed.GetRequiredValue(name), cancellation), parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateTurn(string verb, string description, bool pause, Terminal terminal)
    {
        var name = Name("The schedule.");
        var command = new Command(verb, description) { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, schedule) = (parsed.Connect(), parsed.GetRequiredValue(name));
            Say(
                pause
                    ? await mesh.PauseScheduleAsync(schedule, cancellation)
                    : await mesh.ResumeScheduleAsync(schedule, cancellation),
                parsed,
                terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateEnd(string verb, string description, SurfaceKind kind, Terminal terminal)
    {
        var name = Name("Its name.");
        var now = new Option<bool>("--now") { Description = "Cancel what runs." };
        var command = new Command(verb, description) { name, now };
        command.SetAction(async (parsed, cancellation) =>
        {
            var ended = await parsed.Connect().EndSurfaceAsync(
                kind, parsed.GetRequiredValue(name), parsed.GetValue(now), cancellation);
            Say(ended, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Name(string description) => new("NAME") { Description = description };

    private static Option<T> Required<T>(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Required = true,
    };

    private static byte[] Utf8(JsonObject request) => Encoding.UTF8.GetBytes(request.ToJsonString());

    private static void Say(SurfaceView surface, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(surface, CliJson.Context.SurfaceView);
        }
        else
        {
            SurfaceTable.Write(surface, terminal.Out);
        }
    }
}
