using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>OpenAI Chat Completions.</summary>
internal sealed class ChatCompletionsDialect : IModelDialect
{
    /// <inheritdoc/>
    public ModelRequest Read(JsonObject body)
    {
        var conversation = new ConversationReader();
        foreach (var tool in body.List("tools"))
        {
            conversation.Add(tool);
        }

        foreach (var message in body.List("messages"))
        {
            var role = message.Text("role") switch
            {
                "system" or "developer" => ModelRole.System,
                "assistant" => ModelRole.Assistant,
                "tool" => ModelRole.Tool,
                _ => ModelRole.User,
            };
            foreach (var part in message["content"] is JsonArray parts ? [.. parts] : new[] { message["content"] })
            {
                conversation.Add(role, part);
            }

            foreach (var call in message.List("tool_calls"))
            {
                conversation.AddCall(call.Object("function").Text("name"), call);
            }
        }

        return new ModelRequest
        {
            Api = ModelApi.ChatCompletions,
            Model = body.Text("model"),
            Stream = (bool?)body["stream"] == true,
            StreamUsage = (bool?)body["stream_options"]?["include_usage"] == true,
            Messages = conversation.Messages,
            Tools =
            [
                .. body.List("tools").Select(tool => tool.Object("function"))
                    .Select(tool => new ModelTool(tool.Text("name"), tool["parameters"] as JsonObject ?? [])),
            ],
            Schema = body["response_format"]?["json_schema"]?["schema"] as JsonObject,
            Prompt = conversation.Prompt,
        };
    }

    /// <inheritdoc/>
    public JsonObject Answer(ModelExchange exchange)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = exchange.Answer.Text };
        if (exchange.Answer.Calls.Count > 0)
        {
            message["tool_calls"] = new JsonArray([.. Calls(exchange)]);
        }

        var choice = new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = FinishReason(exchange) };
        var answer = Begin(exchange, "chat.completion", choice);
        answer["usage"] = Usage(exchange);
        return answer;
    }

    /// <inheritdoc/>
    public IEnumerable<ServerEvent> Stream(ModelExchange exchange)
    {
        yield return Chunk(exchange, new JsonObject { ["role"] = "assistant", ["content"] = "" });
        foreach (var piece in exchange.Answer.Pieces())
        {
            yield return Chunk(exchange, new JsonObject { ["content"] = piece });
        }

        foreach (var (index, call) in Calls(exchange).Index())
        {
            call["index"] = index;
            yield return Chunk(exchange, new JsonObject { ["tool_calls"] = new JsonArray(call) });
        }

        yield return Chunk(exchange, [], FinishReason(exchange));
        if (exchange.Request.StreamUsage)
        {
            var last = Begin(exchange, "chat.completion.chunk");
            last["usage"] = Usage(exchange);
            yield return new ServerEvent(null, last.ToJsonString());
        }

        yield return new ServerEvent(null, "[DONE]");
    }

    /// <inheritdoc/>
    public JsonObject Error(int status, string message) => OpenAiError(status, message);

    /// <summary>An error as OpenAI writes it.</summary>
    public static JsonObject OpenAiError(int status, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = message,
            ["type"] = status switch
            {
                400 or 401 or 403 or 404 => "invalid_request_error",
                429 => "rate_limit_exceeded",
                _ => "server_error",
            },
            ["param"] = null,
            ["code"] = status switch { 401 => "invalid_api_key", 429 => "rate_limit_exceeded", _ => null },
        },
    };

    private static JsonObject Begin(ModelExchange exchange, string kind, params ReadOnlySpan<JsonNode?> choices) => new()
    {
        ["id"] = $"chatcmpl-{exchange.Number:D6}",
        ["object"] = kind,
        ["created"] = 0,
        ["model"] = exchange.Request.Model,
        ["choices"] = new JsonArray([.. choices]),
    };

    private static ServerEvent Chunk(ModelExchange exchange, JsonObject delta, string? finish = null)
    {
        var choice = new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish };
        return new ServerEvent(null, Begin(exchange, "chat.completion.chunk", choice).ToJsonString());
    }

    private static IEnumerable<JsonObject> Calls(ModelExchange exchange) =>
        exchange.Answer.Calls.Select((call, index) => new JsonObject
        {
            ["id"] = $"call_{exchange.Number:D6}_{index}",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments.ToJsonString() },
        });

    private static string FinishReason(ModelExchange exchange) => exchange.Answer.Calls.Count > 0 ? "tool_calls" : "stop";

    private static JsonObject Usage(ModelExchange exchange) => new()
    {
        ["prompt_tokens"] = exchange.Tokens.Input,
        ["completion_tokens"] = exchange.Tokens.Output,
        ["total_tokens"] = exchange.Tokens.Input + exchange.Tokens.Output,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = exchange.Tokens.Cached },
    };
}
