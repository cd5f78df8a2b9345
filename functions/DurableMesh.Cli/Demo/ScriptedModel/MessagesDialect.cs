using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>Anthropic Messages.</summary>
internal sealed class MessagesDialect : IModelDialect
{
    /// <inheritdoc/>
    public ModelRequest Read(JsonObject body)
    {
        var conversation = new ConversationReader();
        foreach (var tool in body.List("tools"))
        {
            conversation.Add(tool);
        }

        JsonNode?[] system = body["system"] switch { null => [], JsonArray list => [.. list], var text => [text] };
        foreach (var part in system)
        {
            conversation.Add(ModelRole.System, part);
        }

        foreach (var message in body.List("messages"))
        {
            var isAssistant = message.Text("role") == "assistant";
            var content = message["content"] is JsonArray parts ? [.. parts] : new[] { message["content"] };
            foreach (var part in content)
            {
                switch ((string?)(part as JsonObject)?["type"])
                {
                    case "tool_use":
                        conversation.AddCall(part!.AsObject().Text("name"), part);
                        break;
                    case "tool_result":
                        conversation.Add(ModelRole.Tool, part);
                        break;
                    default:
                        // What stands beside a tool's answer is a reminder of the program's, and no new turn of the user.
                        var role = content.Any(other => (string?)(other as JsonObject)?["type"] == "tool_result")
                            ? ModelRole.Tool
                            : ModelRole.User;
                        conversation.Add(isAssistant ? ModelRole.Assistant : role, part);
                        break;
                }
            }
        }

        if (body["cache_control"] is JsonObject)
        {
            conversation.Mark();
        }

        return new ModelRequest
        {
            Api = ModelApi.Messages,
            Model = body.Text("model"),
            Stream = (bool?)body["stream"] == true,
            Messages = conversation.Messages,
            Tools = [.. body.List("tools").Select(tool => new ModelTool(tool.Text("name"), tool.Object("input_schema")))],
            Schema = body["output_config"]?["format"]?["schema"] as JsonObject ?? body["output_format"]?["schema"] as JsonObject,
            Prompt = conversation.Prompt,
        };
    }

    /// <inheritdoc/>
    public JsonObject Answer(ModelExchange exchange)
    {
        var message = Begin(exchange);
        message["content"] = new JsonArray([.. Content(exchange)]);
        message["stop_reason"] = StopReason(exchange);
        message["usage"] = Usage(exchange, exchange.Tokens.Output);
        return message;
    }

    /// <inheritdoc/>
    public IEnumerable<ServerEvent> Stream(ModelExchange exchange)
    {
        yield return ServerEvent.Typed(new() { ["type"] = "message_start", ["message"] = Begin(exchange) });
        foreach (var (index, block) in Content(exchange).Index())
        {
            var isText = (string?)block["type"] == "text";
            var input = block["input"]?.ToJsonString() ?? "";
            block[isText ? "text" : "input"] = isText ? "" : new JsonObject();
            yield return ServerEvent.Typed(
                new() { ["type"] = "content_block_start", ["index"] = index, ["content_block"] = block.DeepClone() });
            foreach (var piece in isText ? exchange.Answer.Pieces() : [input])
            {
                var delta = isText
                    ? new JsonObject { ["type"] = "text_delta", ["text"] = piece }
                    : new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = piece };
                yield return ServerEvent.Typed(new() { ["type"] = "content_block_delta", ["index"] = index, ["delta"] = delta });
            }

            yield return ServerEvent.Typed(new() { ["type"] = "content_block_stop", ["index"] = index });
        }

        yield return ServerEvent.Typed(new()
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = StopReason(exchange), ["stop_sequence"] = null },
            ["usage"] = Usage(exchange, exchange.Tokens.Output),
        });
        yield return ServerEvent.Typed(new() { ["type"] = "message_stop" });
    }

    /// <inheritdoc/>
    public JsonObject Error(int status, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject
        {
            ["type"] = status switch
            {
                400 => "invalid_request_error",
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                429 => "rate_limit_error",
                529 => "overloaded_error",
                _ => "api_error",
            },
            ["message"] = message,
        },
    };

    private static JsonObject Begin(ModelExchange exchange) => new()
    {
        ["id"] = $"msg_{exchange.Number:D6}",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = exchange.Request.Model,
        ["content"] = new JsonArray(),
        ["stop_reason"] = null,
        ["stop_sequence"] = null,
        ["usage"] = Usage(exchange, 1),
    };

    private static IEnumerable<JsonObject> Content(ModelExchange exchange)
    {
        if (exchange.Answer.Text.Length > 0)
        {
            yield return new JsonObject { ["type"] = "text", ["text"] = exchange.Answer.Text };
        }

        foreach (var (index, call) in exchange.Answer.Calls.Index())
        {
            yield return new JsonObject
            {
                ["type"] = "tool_use",
                ["id"] = $"toolu_{exchange.Number:D6}_{index}",
                ["name"] = call.Tool,
                ["input"] = call.Arguments.DeepClone(),
            };
        }
    }

    private static string StopReason(ModelExchange exchange) => exchange.Answer.Calls.Count > 0 ? "tool_use" : "end_turn";

    private static JsonObject Usage(ModelExchange exchange, long output) => new()
    {
        ["input_tokens"] = exchange.Tokens.Uncached,
        ["cache_creation_input_tokens"] = exchange.Tokens.Written,
        ["cache_read_input_tokens"] = exchange.Tokens.Cached,
        ["output_tokens"] = output,
    };
}
