using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;
using static DurableMesh.Cli.CommandLine.RequestParts;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh start</c>: starts a thread from a file, from options, or from a file that options amend.</summary>
internal static class StartCommand
{
    private static readonly Option<string?> File = new("--file", "-f")
    {
        Description = "The request as JSON (docs: POST /threads); - for standard input. Options override what it says.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Pattern = new("--pattern")
    {
        Description = "builder-verifier, cross-device, distillation or advisory. [default: builder-verifier]",
    };

    private static readonly Option<string?> Task = new("--task") { Description = "The MC task's id." };
    private static readonly Option<Priority?> Priority = new("--priority")
    {
        Description = "H, M or L: how urgent it is; by the policy a person decides first about H. [default: M]",
    };

    private static readonly Option<string?> Initiator = new("--initiator")
    {
        Description = "The agent that builds.",
        HelpName = "ID",
    };

    private static readonly Option<string?> Responder = new("--responder")
    {
        Description = "The agent that verifies.",
        HelpName = "ID",
    };

    private static readonly Option<string?> Subject = new("--subject") { Description = "What it is about, in a line." };
    private static readonly Option<string?> Body = new("--body") { Description = "What is to be done." };
    private static readonly Option<TimeSpan?> Ttl = Durations.Optional("--ttl", "How long it may take, for instance 30m.");
    private static readonly Option<int?> MaxTurns = new("--max-turns") { Description = "How many turns it may take." };
    private static readonly Option<decimal?> CostCap = new("--cost-cap") { Description = "What it may cost, in US dollars." };

    private static readonly Option<string[]> Accept = new("--accept")
    {
        Description = "An acceptance criterion, for instance --accept \"AC-1=quoted newline kept\". May be repeated.",
        HelpName = "ID=TITLE",
    };

    private static readonly Option<string?> Key = new("--idempotency-key")
    {
        Description = "The same key with the same request is the same thread, however often it is sent. [default: a new one]",
    };

    private static readonly Option<bool> IdOnly = CommonOptions.IdOnly("the thread's id");

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("start", "Start a thread.")
        {
            File, Pattern, Task, Priority, Initiator, Responder, Subject, Body, Accept, Ttl, MaxTurns, CostCap, Key, IdOnly,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = Encoding.UTF8.GetBytes((await ReadRequestAsync(parsed, terminal, cancellation)).ToJsonString());
            var key = parsed.GetValue(Key) ?? Guid.NewGuid().ToString();
            var thread = await parsed.Connect().StartAsync(request, key, cancellation);
            if (parsed.GetValue(IdOnly))
            {
                terminal.Say(thread.ThreadId);
                return ExitCode.Done;
            }

            if (parsed.WantsJson())
            {
                terminal.WriteJson(thread, CliJson.Context.ThreadView);
                return ExitCode.Done;
            }

            terminal.Out.MarkupLineInterpolated($"thread [bold]{thread.ThreadId}[/] {ThreadWords.Of(thread.State)}");
            if (thread.State == ThreadPhase.Held)
            {
                terminal.Hint($"{thread.Detail}");
                terminal.Hint($"A person decides: {ThreadWords.HowToDecide(terminal.Mesh, thread.ThreadId)}");
            }

            terminal.Hint($"Follow it with: {terminal.Mesh} watch {thread.ThreadId}");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<JsonObject> ReadRequestAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var given = parsed.GetValue(File) is { } file
            ? await InputText.ReadJsonAsync(file, terminal, cancellation)
            : new JsonObject();
        if (given is not JsonObject request)
        {
            throw new CliException(ExitCode.Usage, "A request to start a thread is a JSON object.");
        }

        Set(request, "pattern", parsed.GetValue(Pattern));
        Set(request, "mcTask", parsed.GetValue(Task));
        Set(request, "priority", parsed.GetValue(Priority) is { } priority ? ThreadWords.Of(priority) : null);
        Set(request, "initiator", parsed.GetValue(Initiator));
        Set(request, "responder", parsed.GetValue(Responder));
        request.TryAdd("pattern", ThreadWords.Of(Core.Wire.Pattern.BuilderVerifier));
        var criteria = parsed.GetValue(Accept) ?? [];
        if (parsed.GetValue(Subject) is not null || parsed.GetValue(Body) is not null || criteria.Length > 0)
        {
            var brief = Part(request, "brief");
            Set(brief, "subject", parsed.GetValue(Subject));
            Set(brief, "body", parsed.GetValue(Body));
            if (criteria.Length > 0)
            {
                brief["acceptance"] = new JsonArray([.. criteria.Select(Criterion)]);
            }
        }

        if (parsed.GetValue(Ttl) is not null || parsed.GetValue(MaxTurns) is not null || parsed.GetValue(CostCap) is not null)
        {
            var limits = Part(request, "limits");
            Set(limits, "ttl", parsed.GetValue(Ttl) is { } ttl ? Iso8601Duration.Format(ttl) : null);
            Set(limits, "maxTurns", parsed.GetValue(MaxTurns));
            Set(limits, "costCapUsd", parsed.GetValue(CostCap));
        }

        return request;
    }
}
