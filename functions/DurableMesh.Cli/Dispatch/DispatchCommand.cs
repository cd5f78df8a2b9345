using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Cli.Workflows;
using DurableMesh.Client;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using Spectre.Console;

namespace DurableMesh.Cli.Dispatch;

/// <summary><c>mesh dispatch</c>: work for which the mesh finds agents and surface; or a chain or DAG from a file.</summary>
internal static class DispatchCommand
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Option<string?>("--file", "-f")
        {
            Description = "The request as JSON or YAML (docs: POST /dispatch); - for JSON from standard input. Options override "
                + "what it says.",
            HelpName = "FILE",
        };
        var chain = new Option<string?>("--chain")
        {
            Description = "A chain in YAML: steps one after the other.",
            HelpName = "FILE",
        };
        var dag = new Option<string?>("--dag")
        {
            Description = "A DAG in YAML: steps that say what comes before them.",
            HelpName = "FILE",
        };
        var explain = new Option<bool>("--explain") { Description = "Say what it would do, and do nothing." };
        var wait = new Option<bool>("--wait") { Description = "Wait for its end, and say each step on the way." };
        var key = new Option<string?>("--idempotency-key")
        {
            Description = "The same key with the same work is the same dispatch, however often it is sent. [default: a new one]",
        };
        var idOnly = CommonOptions.IdOnly("the id of the thread or the workflow");
        var options = new DispatchOptions();
        var command = new Command("dispatch", "Have work done by the surface that the authority table names.")
        {
            file, chain, dag, explain, wait, key, idOnly,
        };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (new[] { file, chain, dag }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
            {
                result.AddError("Of --file, --chain and --dag there can be one.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var call = new Call(parsed, terminal, cancellation)
            {
                Key = parsed.GetValue(key) ?? Guid.NewGuid().ToString(),
                IsDry = parsed.GetValue(explain),
                Waits = parsed.GetValue(wait),
                IdOnly = parsed.GetValue(idOnly),
            };
            var (steps, surface) = parsed.GetValue(chain) is { } one ? (one, "chain") : (parsed.GetValue(dag), "dag");
            if (steps is not null)
            {
                var definition = await YamlInput.ReadAsync(steps, asYaml: true, terminal, cancellation);
                options.AmendTask(definition.Content, parsed);
                return await RunStepsAsync(call, definition, surface);
            }

            var input = parsed.GetValue(file) is { } given
                ? await YamlInput.ReadAsync(given, asYaml: false, terminal, cancellation)
                : null;
            var request = input?.Content ?? [];
            options.Amend(request, parsed);
            return await RunAsync(call, input, request);
        });
        return command;
    }

    private static async Task<int> RunAsync(Call call, YamlInput? input, JsonObject request)
    {
        var utf8 = Encoding.UTF8.GetBytes(request.ToJsonString());
        var answer = await LocatedAsync(input, () => call.IsDry
            ? call.Mesh.ExplainDispatchAsync(utf8, call.Cancellation)
            : call.Mesh.DispatchAsync(utf8, call.Key, call.Cancellation));
        if (call.IdOnly && !call.IsDry && !call.Waits)
        {
            call.Terminal.Say(answer.ThreadId ?? answer.WorkflowId ?? "");
            return ExitCode.Done;
        }

        if (!call.AsJson)
        {
            Write(answer, call.Terminal.Out);
        }
        else if (call.IsDry || !call.Waits)
        {
            call.Terminal.WriteJson(answer, CliJson.Context.DispatchAnswer);
        }

        if (call.IsDry)
        {
            return ExitCode.Done;
        }

        if (answer.WorkflowId is { } workflow)
        {
            if (call.Waits)
            {
                return await FollowAsync(call, await call.Mesh.GetWorkflowAsync(workflow, call.Cancellation));
            }

            call.Terminal.Hint($"Look at it with: {call.Terminal.Mesh} workflow status {workflow}");
            return ExitCode.Done;
        }

        var thread = answer.ThreadId!;
        if (call.Waits)
        {
            return await FollowAsync(call, thread);
        }

        call.Terminal.Hint($"Follow it with: {call.Terminal.Mesh} watch {thread}");
        return ExitCode.Done;
    }

    private static async Task<int> RunStepsAsync(Call call, YamlInput input, string surface)
    {
        var definition = input.Content;
        definition["surface"] = surface;
        Number(definition["steps"] as JsonArray);
        var utf8 = Encoding.UTF8.GetBytes(definition.ToJsonString());
        if (call.IsDry)
        {
            var preview = await LocatedAsync(input, () => call.Mesh.CheckWorkflowAsync(utf8, call.Cancellation));
            WorkflowCommand.Say(preview, call.Parsed, call.Terminal);
            return ExitCode.Done;
        }

        var run = await LocatedAsync(input, () => call.Mesh.StartWorkflowAsync(utf8, call.Key, call.Cancellation));
        if (call.Waits)
        {
            return await FollowAsync(call, run);
        }

        if (call.IdOnly)
        {
            call.Terminal.Say(run.WorkflowId);
            return ExitCode.Done;
        }

        WorkflowCommand.Say(run, call.Parsed, call.Terminal);
        return ExitCode.Done;
    }

    /// <summary>A criterion may be a line; then its place is its id.</summary>
    public static void Number(JsonArray? steps)
    {
        foreach (var acceptance in (steps ?? []).OfType<JsonObject>().Select(step => step["acceptance"]).OfType<JsonArray>())
        {
            for (var at = 0; at < acceptance.Count; at++)
            {
                if (acceptance[at] is JsonValue line && line.TryGetValue<string>(out var title))
                {
                    acceptance[at] = new JsonObject { ["id"] = $"AC-{at + 1}", ["title"] = title };
                }
            }
        }
    }

    private static async Task<int> FollowAsync(Call call, WorkflowView run)
    {
        run = await WorkflowCommand.FollowAsync(call.Mesh, run, call.AsJson ? null : call.Terminal.Out, call.Cancellation);
        WorkflowCommand.Say(run, call.Parsed, call.Terminal);
        return CodeOf(run.EndState);
    }

    private static async Task<int> FollowAsync(Call call, string threadId)
    {
        ThreadPhase? said = null;
        while (true)
        {
            var thread = await call.Mesh.GetThreadAsync(threadId, call.Cancellation);
            if (!call.AsJson && said != thread.State)
            {
                said = thread.State;
                call.Terminal.Out.MarkupLineInterpolated(
                    $"thread [bold]{threadId}[/] {ThreadWords.StateOf(thread)}  [grey]{thread.Detail ?? ""}[/]");
            }

            if (thread.State is ThreadPhase.Ended or ThreadPhase.Held)
            {
                if (call.AsJson)
                {
                    call.Terminal.WriteJson(thread, CliJson.Context.ThreadView);
                }
                else if (thread.State == ThreadPhase.Held)
                {
                    call.Terminal.Hint($"A person decides: {ThreadWords.HowToDecide(call.Terminal.Mesh, threadId)}");
                }

                return CodeOf(thread.EndState);
            }

            await Task.Delay(LookAgain, call.Cancellation);
        }
    }

    private static int CodeOf(EndState? end) => end is EndState.Pass or EndState.Answered ? ExitCode.Done : ExitCode.Refused;

    private static void Write(DispatchAnswer answer, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"surface [bold]{ThreadWords.Of(answer.Surface)}[/]");
        console.MarkupLineInterpolated($"  {answer.Why}");
        console.MarkupLineInterpolated(
            $"{answer.Routed.Builder} → {answer.Routed.Verifier}, company {answer.Routed.Company}");
        console.MarkupLineInterpolated($"  {answer.Routed.Why}");
        foreach (var doubt in answer.Doubts)
        {
            console.MarkupLineInterpolated($"[yellow]! {doubt}[/]");
        }

        if (answer.ThreadId is { } thread)
        {
            console.MarkupLineInterpolated($"thread [bold]{thread}[/]");
        }
        else if (answer.WorkflowId is { } workflow)
        {
            console.MarkupLineInterpolated($"workflow [bold]{workflow}[/]");
        }
    }

    private static async Task<T> LocatedAsync<T>(YamlInput? input, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (MeshProblemException refused) when (input is not null)
        {
            throw input.Locate(refused);
        }
    }

    /// <summary>One call of the command.</summary>
    private sealed class Call(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        public ParseResult Parsed => parsed;

        public Terminal Terminal => terminal;

        public CancellationToken Cancellation => cancellation;

        public MeshClient Mesh { get; } = parsed.Connect();

        public bool AsJson { get; } = parsed.WantsJson();

        public required string Key { get; init; }

        public bool IsDry { get; init; }

        public bool Waits { get; init; }

        public bool IdOnly { get; init; }
    }
}
