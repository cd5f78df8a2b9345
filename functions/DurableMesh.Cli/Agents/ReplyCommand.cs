using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Agents.Commands;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Threads;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>
/// <c>mesh reply</c>: writes a reply to the file that <c>MESH_REPLY</c> names, for the command of a runner, so that a shell
/// script needs no JSON.
/// </summary>
internal static class ReplyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new(
        "reply", "Say something as the command of 'mesh agent run': written to $MESH_REPLY, sent by the runner.")
    {
        CreateVerdict(terminal),
        CreateWords(terminal, MessageKind.Submission, "Hand in work. Sent when the command has ended with 0."),
        CreateWords(terminal, MessageKind.Question, "Ask the other party. Sent when the command has ended with 0."),
        CreateWords(terminal, MessageKind.Answer, "Answer a question. Sent when the command has ended with 0."),
        CreateWords(
            terminal,
            MessageKind.Acknowledgement,
            "Acknowledge the advice you asked for. Sent when the command has ended with 0."),
        CreateWords(terminal, MessageKind.Finding, "Say one thing that is wrong. Sent at once."),
        CreateWords(terminal, MessageKind.Note, "Say something. Sent at once."),
        CreateUsage(terminal),
    };

    private static Command CreateVerdict(Terminal terminal)
    {
        var verdict = new Argument<Verdict>("VERDICT") { Description = "pass, fail, partial or blocked." };
        var parts = new ReplyParts();
        var command = new Command("verdict", "Judge a submission. Sent when the command has ended with 0.") { verdict };
        parts.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var reply = await parts.BuildAsync(parsed, MessageKind.Verdict, terminal, cancellation);
            reply["verdict"] = JsonSerializer.SerializeToNode(parsed.GetRequiredValue(verdict), MeshJson.Options);
            return await WriteAsync(terminal, reply, cancellation);
        });
        return command;
    }

    private static Command CreateWords(Terminal terminal, MessageKind kind, string description)
    {
        var parts = new ReplyParts();
        var command = new Command(JsonNamingPolicy.SnakeCaseLower.ConvertName($"{kind}"), description);
        parts.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
            await WriteAsync(terminal, await parts.BuildAsync(parsed, kind, terminal, cancellation), cancellation));
        return command;
    }

    private static Command CreateUsage(Terminal terminal)
    {
        var model = new Option<string?>("--model") { Description = "The model.", HelpName = "NAME" };
        var input = Tokens("--input", "All input tokens, those from and into a cache included.");
        var cached = Tokens("--cached", "The input tokens that came from a cache.");
        var written = Tokens("--cache-write", "The input tokens that went into a cache.");
        var output = Tokens("--output", "Output tokens.");
        var cost = new Option<decimal?>("--cost") { Description = "US dollars, where it is known.", HelpName = "USD" };
        var json = new Argument<string?>("JSON")
        {
            Description = "Usage as a provider printed it, in place of the options.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("usage", "Tell what was spent. Told more than once, it adds up.")
        {
            json, model, input, cached, written, output, cost,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var told = new Usage
            {
                Model = parsed.GetValue(model),
                InputTokens = parsed.GetValue(input),
                CachedInputTokens = parsed.GetValue(cached),
                CacheWriteTokens = parsed.GetValue(written),
                OutputTokens = parsed.GetValue(output),
                CostUsd = parsed.GetValue(cost),
            };
            var printed = parsed.GetValue(json);
            if (printed is null && told == new Usage { Model = told.Model })
            {
                throw new CliException(
                    ExitCode.Usage, "It tells nothing: give --input, --output or --cost, or what a provider printed.");
            }

            var usage = printed is null ? JsonSerializer.SerializeToNode(told, MeshJson.Options) : Parse(printed);
            return await WriteAsync(terminal, new JsonObject { ["usage"] = usage }, cancellation);
        });
        return command;
    }

    private static Option<long> Tokens(string name, string description) => CommonOptions.Between(
        0, long.MaxValue, new Option<long>(name) { Description = description, HelpName = "N" });

    private static JsonNode Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject
                ?? throw new CliException(ExitCode.Usage, "The usage is no JSON object.");
        }
        catch (JsonException malformed)
        {
            throw new CliException(ExitCode.Usage, $"The usage is no JSON: {malformed.Message}", malformed);
        }
    }

    private static async Task<int> WriteAsync(Terminal terminal, JsonNode reply, CancellationToken cancellation)
    {
        var path = terminal.Variable(MeshVariables.Reply) is { } set
            ? set
            : throw new CliException(
                ExitCode.Usage,
                $"{MeshVariables.Reply} is not set: 'mesh reply' is for the command of 'mesh agent run'. Outside of it use " +
                "'mesh send'.");
        try
        {
            await ReplyFile.AppendAsync(path, reply.ToJsonString(MeshJson.Options), cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Usage, $"{path} ({MeshVariables.Reply}) cannot be written: {failure.Message}", failure);
        }

        return ExitCode.Done;
    }
}
