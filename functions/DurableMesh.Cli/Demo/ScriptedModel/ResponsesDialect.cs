using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>OpenAI Responses; the whole conversation comes with each request, none is kept here.</summary>
internal sealed class ResponsesDialect : IModelDialect
{
    /// <inheritdoc/>
    public ModelRequest Read(JsonObject body)
    {
        if (body["previous_response_id"] is not null)
        {
            throw new FormatException("previous_response_id: no response is kept here; send the whole conversation.");
        }

        var conversation = new ConversationReader();
        if (body["instructions"] is { } instructions)
        {
            conversation.Add(ModelRole.System, instructions);
        }

        foreach (var tool in body.List("tools"))
        {
            conversation.Add(tool);
        }

        foreach (var item in body["input"] is JsonArray ? body.List("input") : [UserMessage(body["input"])])
        {
            Read(item, conversation);
        }

        return new ModelRequest
        {
            Api = ModelApi.Responses,
            Model = body.Text("model"),
            Stream = (bool?)body["stream"] == true,
            Messages = conversation.Messages,
            Tools =
            [
                .. body.List("tools").Where(tool => (string?)tool["type"] == "function")
                    .Select(tool => new ModelTool(tool.Text("name"), tool["parameters"] as JsonObject ?? [])),
            ],
            Schema = body["text"]?["format"]?["schema"] as JsonObject,
            Prompt = conversation.Prompt,
        };
    }

    /// <inheritdoc/>
    public JsonObject Answer(ModelExchange exchange) => Response(exchange, "completed", [.. Items(exchange)]);

    /// <inheritdoc/>
    public IEnumerable<ServerEvent> Stream(ModelExchange exchange)
    {
        var number = 0;
        ServerEvent Event(string type, JsonObject data)
        {
            data["type"] = type;
            data["sequence_number"] = number++;
            return ServerEvent.Typed(data);
        }

        yield return Event("response.created", new() { ["response"] = Response(exchange, "in_progress") });
        foreach (var (index, item) in Items(exchange).Index())
        {
            JsonObject At(string name, JsonNode? value) =>
                new() { ["item_id"] = (string?)item["id"], ["output_index"] = index, [name] = value };

            JsonObject AtText(string name, JsonNode? value)
            {
                var data = At(name, value);
                data["content_index"] = 0;
                return data;
            }

            var begun = item.DeepClone().AsObject();
            begun["status"] = "in_progress";
            if ((string?)item["type"] == "message")
            {
                begun["content"] = new JsonArray();
                yield return Event("response.output_item.added", At("item", begun));
                yield return Event("response.content_part.added", AtText("part", TextPart("")));
                foreach (var piece in exchange.Answer.Pieces())
                {
                    yield return Event("response.output_text.delta", AtText("delta", piece));
                }

                yield return Event("response.output_text.done", AtText("text", exchange.Answer.Text));
                yield return Event("response.content_part.done", AtText("part", TextPart(exchange.Answer.Text)));
            }
            else
            {
                begun["arguments"] = "";
                yield return Event("response.output_item.added", At("item", begun));
                yield return Event("response.function_call_arguments.delta", At("delta", (string?)item["arguments"]));
                yield return Event("response.function_call_arguments.done", At("arguments", (string?)item["arguments"]));
            }

            yield return Event("response.output_item.done", At("item", item.DeepClone()));
        }

        yield return Event("response.completed", new() { ["response"] = Answer(exchange) });
    }

    /// <inheritdoc/>
    public JsonObject Error(int status, string message) => ChatCompletionsDialect.OpenAiError(status, message);

    private static void Read(JsonObject item, ConversationReader conversation)
    {
        switch ((string?)item["type"] ?? "message")
        {
            case "message":
                var role = item.Text("role") switch
                {
                    "system" or "developer" => ModelRole.System,
                    "assistant" => ModelRole.Assistant,
                    _ => ModelRole.User,
                };
                foreach (var part in item["content"] is JsonArray parts ? [.. parts] : new[] { item["content"] })
                {
                    conversation.Add(role, part);
                }

                break;
            case "function_call":
                conversation.AddCall(item.Text("name"), item);
                break;
            case "function_call_output":
                conversation.Add(ModelRole.Tool, item);
                break;
            default:
                conversation.Add(item);
                break;
        }
    }

    private static JsonObject UserMessage(JsonNode? text) =>
        new() { ["type"] = "message", ["role"] = "user", ["content"] = text?.DeepClone() };

    private static JsonObject TextPart(string text) =>
        new() { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray() };

    private static IEnumerable<JsonObject> Items(ModelExchange exchange)
    {
        if (exchange.Answer.Text.Length > 0)
        {
            yield return new JsonObject
            {
                ["type"] = "message",
                ["id"] = $"msg_{exchange.Number:D6}",
                ["status"] = "completed",
                ["role"] = "assistant",
                ["content"] = new JsonArray(TextPart(exchange.Answer.Text)),
            };
        }

        foreach (var (index, call) in exchange.Answer.Calls.Index())
        {
            yield return new JsonObject
            {
                ["type"] = "function_call",
                ["id"] = $"fc_{exchange.Number:D6}_{index}",
                ["call_id"] = $"call_{exchange.Number:D6}_{index}",
                ["status"] = "completed",
                ["name"] = call.Tool,
                ["arguments"] = call.Arguments.ToJsonString(),
            };
        }
    }

    private static JsonObject Response(ModelExchange exchange, string status, params ReadOnlySpan<JsonNode?> output) => new()
    {
        ["id"] = $"resp_{exchange.Number:D6}",
        ["object"] = "response",
        ["created_at"] = 0,
        ["status"] = status,
        ["model"] = exchange.Request.Model,
        ["output"] = new JsonArray([.. output]),
        ["parallel_tool_calls"] = true,
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["usage"] = status != "completed" ? null : new JsonObject
        {
            ["input_tokens"] = exchange.Tokens.Input,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = exchange.Tokens.Cached },
            ["output_tokens"] = exchange.Tokens.Output,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = exchange.Tokens.Input + exchange.Tokens.Output,
        },
    };
}
