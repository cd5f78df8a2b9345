using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Agents.Prompts;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Adapters;

/// <summary>
/// Asks an agent elsewhere that speaks A2A 1.0 over JSON-RPC: the turn goes in one message, the thread is the context, and a task
/// that takes its time is looked after until it ends.
/// </summary>
internal sealed class A2aAdapter(AgentHttp http, IOptions<MeshOptions> options, TimeProvider time) : IAdapter
{
    private const string Version = "1.0";

    /// <summary>For how long one try waits for a task; the next one goes on waiting.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    public AdapterKind Kind => AdapterKind.A2a;

    public Usage? WorstCase(AdapterCall asked) =>
        asked.Adapter.MaxCostUsd is { } usd ? new Usage { Model = asked.Agent.Model, CostUsd = usd } : null;

    public async Task<AdapterAnswer> AskAsync(AdapterCall asked, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var (result, failure) = asked.Resume is { } known
            ? await CallAsync(asked, "GetTask", new JsonObject { ["id"] = known }, cancellation)
            : await CallAsync(asked, "SendMessage", Message(asked), cancellation);
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : pause)
        {
            if (failure is not null)
            {
                return new AdapterAnswer(failure) { Resume = asked.Resume };
            }

            var task = result!["task"] as JsonObject ?? (result.ContainsKey("status") ? result : null);
            if (task is null)
            {
                return Read(asked, (result["message"] as JsonObject ?? result)["parts"] as JsonArray);
            }

            if (EndOf(asked, task) is { } end)
            {
                return end;
            }

            if (Text(task["id"]) is not { Length: > 0 } id)
            {
                return new AdapterAnswer(new RunEnd.Failed("The agent began a task without an id.", ForGood: true));
            }

            asked = asked with { Resume = id };
            if (time.GetElapsedTime(began) + pause > LongestWait)
            {
                return new AdapterAnswer(new RunEnd.Later($"Task {id} goes on.", LongestPause)) { Resume = id, IsAtWork = true };
            }

            await Task.Delay(pause, time, cancellation);
            (result, failure) = await CallAsync(asked, "GetTask", new JsonObject { ["id"] = id }, cancellation);
        }
    }

    private static JsonObject Message(AdapterCall asked)
    {
        var agent = asked.Agent.Id;
        var isFirst = !asked.Messages.Any(message => message.From == agent && message.Kind.IsTurn());
        var how = ThreadPrompt.Judges(asked.Turn, agent) ? VerdictForm.How : "";
        return new JsonObject
        {
            ["message"] = new JsonObject
            {
                ["messageId"] = asked.IdempotencyKey,
                ["contextId"] = asked.Turn.Thread.ThreadId,
                ["role"] = "ROLE_USER",
                ["parts"] = new JsonArray(new JsonObject
                {
                    ["text"] = PromptTemplates.Default.Whole(asked.Turn, agent, isFirst, how),
                }),
            },
            ["configuration"] = new JsonObject
            {
                ["acceptedOutputModes"] = new JsonArray("application/json", "text/plain"),
                ["returnImmediately"] = true,
            },
        };
    }

    private async Task<(JsonObject? Result, RunEnd? Failure)> CallAsync(
        AdapterCall asked, string method, JsonObject parameters, CancellationToken cancellation)
    {
        var rpc = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = asked.IdempotencyKey,
            ["method"] = method,
            ["params"] = parameters,
        };
        var secret = options.Value.Adapters.GetValueOrDefault(asked.Agent.Id)?.Secret;
        var answer = await http.PostAsync(
            asked.Adapter.Url!,
            JsonSerializer.SerializeToUtf8Bytes(rpc, MeshJson.Options),
            request =>
            {
                request.Headers.Add("A2A-Version", Version);
                request.Headers.Add("Idempotency-Key", asked.IdempotencyKey);
                if (!string.IsNullOrEmpty(secret))
                {
                    request.Headers.Add("Authorization", $"Bearer {secret}");
                }
            },
            cancellation);
        if (answer.Failure is not null)
        {
            return (null, answer.Failure);
        }

        try
        {
            return JsonNode.Parse(answer.Text) switch
            {
                JsonObject whole when whole["error"] is JsonObject error => (null, OfError(error)),
                JsonObject whole when whole["result"] is JsonObject result => (result, null),
                _ => (null, new RunEnd.Failed("The agent's answer is no answer of JSON-RPC.")),
            };
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return (null, new RunEnd.Failed("The agent's answer is no JSON."));
        }
    }

    /// <summary>How a task ended; null where it goes on.</summary>
    private static AdapterAnswer? EndOf(AdapterCall asked, JsonObject task)
    {
        var status = task["status"] as JsonObject;
        var said = (status?["message"] as JsonObject)?["parts"] as JsonArray;
        switch (Text(status?["state"]))
        {
            case "TASK_STATE_SUBMITTED" or "TASK_STATE_WORKING":
                return null;
            case "TASK_STATE_COMPLETED":
                var made = (task["artifacts"] as JsonArray)?.OfType<JsonObject>()
                    .SelectMany(artifact => artifact["parts"] as JsonArray ?? []).Select(part => part?.DeepClone()).ToArray();
                return Read(asked, made is { Length: > 0 } ? new JsonArray(made) : said);
            case "TASK_STATE_INPUT_REQUIRED" when WordsOf(said) is { Length: > 0 } question:
                return new AdapterAnswer(new RunEnd.Done(), AgentReply.Of(MessageKind.Question, question));
            case var state:
                return new AdapterAnswer(new RunEnd.Failed(
                    $"The agent's task ended as {state ?? "nothing that A2A knows"}. {WordsOf(said)}".TrimEnd(), ForGood: true));
        }
    }

    private static AdapterAnswer Read(AdapterCall asked, JsonArray? parts)
    {
        var words = WordsOf(parts);
        if (string.IsNullOrWhiteSpace(words))
        {
            return new AdapterAnswer(new RunEnd.Refused("no_answer", "The agent answered with nothing."));
        }

        try
        {
            var reply = ThreadPrompt.Judges(asked.Turn, asked.Agent.Id)
                ? VerdictForm.Read(words, asked.Turn.Brief)
                : AgentReply.Of(Turns.KindOfText(asked.Turn, asked.Agent.Id) ?? MessageKind.Note, words);
            return new AdapterAnswer(new RunEnd.Done(), reply);
        }
        catch (FormatException bad)
        {
            return new AdapterAnswer(new RunEnd.Refused("bad_reply", bad.Message));
        }
    }

    /// <summary>What parts say: data as JSON, texts one below the other.</summary>
    private static string WordsOf(JsonArray? parts) => string.Join('\n', (parts ?? []).OfType<JsonObject>()
        .Select(part => Text(part["text"]) ?? part["data"]?.ToJsonString()).OfType<string>());

    private static RunEnd OfError(JsonObject error)
    {
        var message = Text(error["message"]) ?? "it does not say why";
        var code = error["code"] is JsonValue value && value.TryGetValue<int>(out var number) ? number : 0;

        // Internal error, of JSON-RPC: the only one that may pass by itself.
        return code == -32603
            ? new RunEnd.Later($"The agent answers error {code}: {message}")
            : new RunEnd.Failed($"The agent answers error {code}: {message}", ForGood: true);
    }

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
