using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli.Demo.ScriptedModel;

namespace DurableMesh.Tests.Cli.Demo.ScriptedModel;

public sealed class ScriptedModelTests : IAsyncDisposable
{
    private const string Long =
        "A text of four hundred characters, more or less, that stands for what a file says, or for instructions. ";

    private readonly HttpClient _http = new();
    private ScriptedModelServer? _server;

    public static TheoryData<string> Paths => ["v1/messages", "v1/chat/completions", "v1/responses"];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await (_server?.DisposeAsync() ?? default);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_text_comes_whole_or_in_pieces(string path)
    {
        const string Words = "Grüße \U0001F680 from a model that says more than fits in one piece.";
        Start(_ => ModelAnswer.Say(Words));

        var whole = await Send(path, Body(path, "hi"));
        Assert.Equal(Words, TextOf(path, whole));
        var pieces = await Stream(path, "hi");
        Assert.Equal(Words, string.Concat(pieces.Select(piece => DeltaOf(path, piece))));
        Assert.True(pieces.Count >= 5);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_tool_is_called_by_the_names_that_it_has(string path)
    {
        Start(request => request.Answered == 0
            ? ModelAnswer.Call(request.Write("a.txt", "x"), request.Run("make test"))
            : ModelAnswer.Say($"done: {request.Last}"));

        var body = Body(path, "hi");
        body["tools"] = new JsonArray(
            Tool(path, "Write", "file_path", "content"), Tool(path, "bash", "command", "description"));
        var first = await Send(path, body);
        var calls = CallsOf(path, first);
        Assert.Equal(["""Write {"file_path":"a.txt","content":"x"}""",
            """bash {"command":"make test","description":"Run a command"}"""], calls);

        Answer(path, body, first, "2 tests passed");
        Assert.Equal("done: 2 tests passed\n2 tests passed", TextOf(path, await Send(path, body)));
        Assert.Equal(1, _server!.Log[1].Request.Answered);
        Assert.Equal(1, _server.Log[1].Request.Round);
    }

    [Theory]
    [InlineData("v1/chat/completions", "prompt_tokens", "prompt_tokens_details")]
    [InlineData("v1/responses", "input_tokens", "input_tokens_details")]
    public async Task OpenAi_caches_whatever_prompts_share_from_the_start(string path, string all, string details)
    {
        Start(_ => ModelAnswer.Say("yes"));
        var cold = (await Send(path, Body(path, Long + "first")))["usage"]!;
        Assert.Equal(0, (long)cold[details]!["cached_tokens"]!);
        var warm = (await Send(path, Body(path, Long + "second")))["usage"]!;
        Assert.Equal((long)cold[all]! - 2, (long)warm[details]!["cached_tokens"]!);
        Assert.InRange((long)warm[all]!, Long.Length / 4, Long.Length / 4 + 20);

        var other = Body(path, Long + "first");
        other["model"] = "another";
        Assert.Equal(0, (long)(await Send(path, other))["usage"]![details]!["cached_tokens"]!);
    }

    [Fact]
    public async Task Anthropic_caches_what_is_marked()
    {
        Start(_ => ModelAnswer.Say("yes"));
        Assert.Equal((28, 0, 0), await Ask(Marked(0)));
        Assert.Equal((2, 0, 26), await Ask(Marked(1)));
        Assert.Equal((2, 26, 0), await Ask(Marked(1)));

        // The mark has moved on: what stood before the old one is read, the rest is written.
        Assert.Equal((0, 26, 2), await Ask(Marked(2)));
        Assert.Equal(new ModelTokens(32, 52, 28, 4), _server!.TokensFrom(1));

        async Task<(long Uncached, long Read, long Written)> Ask(JsonObject body)
        {
            var usage = (await Send("v1/messages", body))["usage"]!;
            return ((long)usage["input_tokens"]!, (long)usage["cache_read_input_tokens"]!,
                (long)usage["cache_creation_input_tokens"]!);
        }

        static JsonObject Marked(int at)
        {
            var system = new JsonObject { ["type"] = "text", ["text"] = Long[..96] };
            var user = new JsonObject { ["type"] = "text", ["text"] = "hi" };
            if (at > 0)
            {
                (at == 1 ? system : user)["cache_control"] = new JsonObject { ["type"] = "ephemeral" };
            }

            return new JsonObject
            {
                ["model"] = "m",
                ["system"] = new JsonArray(system),
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = new JsonArray(user) }),
            };
        }
    }

    [Theory]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(529)]
    public async Task A_refusal_has_a_status_and_is_over_when_the_script_says_so(int status)
    {
        Start(request => request.Attempt < 2 ? ModelAnswer.Refuse(status, TimeSpan.FromSeconds(7)) : ModelAnswer.Say("yes"));
        foreach (var path in new[] { "v1/messages", "v1/chat/completions", "v1/responses" })
        {
            var body = Body(path, path);
            using var refused = await Post(path, body);
            Assert.Equal(status, (int)refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(7), refused.Headers.RetryAfter?.Delta);
            Assert.NotNull(JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!["message"]);
            Assert.Equal("yes", TextOf(path, await Send(path, body)));
        }

        Assert.Equal(3, _server!.Log.Count(exchange => exchange.Tokens == ModelTokens.None));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_stream_breaks_in_the_middle(string path)
    {
        Start(_ => ModelAnswer.Say(Long).With(new ModelFault { BreakAfter = 3 }));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Stream(path, "hi"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Bad_json_is_no_json(string path)
    {
        Start(_ => ModelAnswer.Say(Long).With(new ModelFault { IsBadJson = true }));
        await Assert.ThrowsAnyAsync<System.Text.Json.JsonException>(() => Send(path, Body(path, "hi")));
        await Assert.ThrowsAnyAsync<System.Text.Json.JsonException>(() => Stream(path, "hi"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task An_endless_text_goes_on_until_the_other_side_hangs_up(string path)
    {
        Start(_ => ModelAnswer.Say(Long).With(new ModelFault { IsEndless = true }));
        foreach (var stream in new[] { false, true })
        {
            using var answer = await Post(path, Body(path, "hi", stream), HttpCompletionOption.ResponseHeadersRead);
            await using var content = await answer.Content.ReadAsStreamAsync();
            await content.ReadExactlyAsync(new byte[1_000_000]);
        }
    }

    [Fact]
    public async Task A_slow_answer_waits_for_the_clock()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var fault = new ModelFault { FirstByteAfter = TimeSpan.FromSeconds(30), Drip = TimeSpan.FromSeconds(1) };
        Start(_ => ModelAnswer.Say(Long).With(fault), time);
        var answer = Stream("v1/messages", "hi");
        var seconds = 0;
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
            await Task.Yield();
        }

        Assert.Equal(Long, string.Concat((await answer).Select(piece => DeltaOf("v1/messages", piece))));
        Assert.True(seconds > 35, $"{seconds} s");
    }

    [Fact]
    public async Task Nonsense_is_answered_as_a_provider_would()
    {
        Start(_ => ModelAnswer.Say("yes"));
        using var wrong = await Post("v1/messages", new JsonObject { ["messages"] = "hi" });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var lost = await Post("v1/embeddings", []);
        Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
        var models = JsonNode.Parse(await _http.GetStringAsync(new Uri(_server!.Address, "v1/models")))!;
        Assert.Equal("list", (string?)models["object"]);
        var count = await Send("v1/messages/count_tokens", Body("v1/messages", "x"));
        Assert.Equal(2, (long)count["input_tokens"]!);
        Assert.Empty(_server.Log);
    }

    private void Start(Func<ModelRequest, ModelAnswer> script, TimeProvider? time = null) =>
        _server = ScriptedModelServer.Start(script, time);

    private async Task<HttpResponseMessage> Post(
        string path, JsonObject body, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server!.Address, path));
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, until);
    }

    private async Task<JsonObject> Send(string path, JsonObject body)
    {
        using var answer = await Post(path, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
    }

    private async Task<List<JsonObject>> Stream(string path, string text)
    {
        using var answer = await Post(path, Body(path, text, stream: true));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        return
        [
            .. lines.Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
                .Select(line => JsonNode.Parse(line["data: ".Length..])!.AsObject()),
        ];
    }

    private static JsonObject Body(string path, string text, bool stream = false) => new()
    {
        ["model"] = "scripted",
        ["stream"] = stream,
        [path == "v1/responses" ? "input" : "messages"] =
            new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
    };

    private static JsonObject Tool(string path, string name, params ReadOnlySpan<string> arguments)
    {
        var properties = new JsonObject();
        foreach (var argument in arguments)
        {
            properties[argument] = new JsonObject { ["type"] = "string" };
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        return path switch
        {
            "v1/messages" => new JsonObject { ["name"] = name, ["input_schema"] = schema },
            "v1/responses" => new JsonObject { ["type"] = "function", ["name"] = name, ["parameters"] = schema },
            _ => new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = name, ["parameters"] = schema },
            },
        };
    }

    private static string? TextOf(string path, JsonObject answer) => path switch
    {
        "v1/messages" => (string?)answer["content"]![0]!["text"],
        "v1/responses" => (string?)answer["output"]![0]!["content"]![0]!["text"],
        _ => (string?)answer["choices"]![0]!["message"]!["content"],
    };

    private static string? DeltaOf(string path, JsonObject piece) => path switch
    {
        "v1/messages" => (string?)piece["delta"]?["text"],
        "v1/responses" => (string?)piece["type"] == "response.output_text.delta" ? (string?)piece["delta"] : null,
        _ => (string?)piece["choices"]![0]!["delta"]!["content"],
    };

    private static IEnumerable<string> CallsOf(string path, JsonObject answer) => path switch
    {
        "v1/messages" => answer["content"]!.AsArray().Select(call => $"{call!["name"]} {call["input"]!.ToJsonString()}"),
        "v1/responses" => answer["output"]!.AsArray().Select(call => $"{call!["name"]} {call["arguments"]}"),
        _ => answer["choices"]![0]!["message"]!["tool_calls"]!.AsArray()
            .Select(call => $"{call!["function"]!["name"]} {call["function"]!["arguments"]}"),
    };

    // Goes on with the conversation: what the model said, and what each of its tools answered.
    private static void Answer(string path, JsonObject body, JsonObject first, string result)
    {
        if (path == "v1/responses")
        {
            foreach (var call in first["output"]!.AsArray())
            {
                body["input"]!.AsArray().Add(call!.DeepClone());
            }

            foreach (var call in first["output"]!.AsArray())
            {
                body["input"]!.AsArray().Add(new JsonObject
                {
                    ["type"] = "function_call_output",
                    ["call_id"] = (string?)call!["call_id"],
                    ["output"] = result,
                });
            }

            return;
        }

        var messages = body["messages"]!.AsArray();
        if (path == "v1/messages")
        {
            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = first["content"]!.DeepClone() });
            messages.Add(new JsonObject
            {
                ["role"] = "user",
                ["content"] = new JsonArray([.. first["content"]!.AsArray().Select(call => new JsonObject
                {
                    ["type"] = "tool_result",
                    ["tool_use_id"] = (string?)call!["id"],
                    ["content"] = result,
                })]),
            });
            return;
        }

        var said = first["choices"]![0]!["message"]!;
        messages.Add(said.DeepClone());
        foreach (var call in said["tool_calls"]!.AsArray())
        {
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = (string?)call!["id"], ["content"] = result });
        }
    }
}
