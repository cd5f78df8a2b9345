using System.Text.Json;
using DurableMesh.Agents.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Money;

public sealed class UsageReaderTests
{
    /// <summary>What is printed, and what it is: input, from a cache, into a cache, output.</summary>
    public static TheoryData<string, string, long, long, long, long> Forms => new()
    {
        {
            "the mesh",
            """{"model":"m","inputTokens":100,"cachedInputTokens":60,"cacheWriteTokens":30,"outputTokens":7}""",
            100, 60, 30, 7
        },
        { "the mesh, a part", """{"model":"m","inputTokens":100}""", 100, 0, 0, 0 },
        { "the mesh, no cache", """{"model":"m","inputTokens":100,"outputTokens":7}""", 100, 0, 0, 7 },
        {
            "Anthropic",
            """
            {"input_tokens":12,"cache_creation_input_tokens":340,"cache_read_input_tokens":5600,
             "cache_creation":{"ephemeral_5m_input_tokens":340,"ephemeral_1h_input_tokens":0},
             "output_tokens":78,"service_tier":"standard","server_tool_use":{"web_search_requests":0},"inference_geo":""}
            """,
            5952, 5600, 340, 78
        },
        {
            "Anthropic, only what was written by lifetime",
            """
            {"input_tokens":12,"cache_read_input_tokens":0,
             "cache_creation":{"ephemeral_5m_input_tokens":40,"ephemeral_1h_input_tokens":300},"output_tokens":78}
            """,
            352, 0, 340, 78
        },
        {
            "Anthropic without a cache",
            """{"input_tokens":12,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"output_tokens":78}""",
            12, 0, 0, 78
        },
        {
            "OpenAI Chat Completions",
            """
            {"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,
             "prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},
             "completion_tokens_details":{"reasoning_tokens":64,"audio_tokens":0,"accepted_prediction_tokens":0}}
            """,
            2006, 1920, 0, 300
        },
        {
            "DeepSeek",
            """{"prompt_tokens":20,"completion_tokens":3,"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":4}""",
            20, 16, 0, 3
        },
        {
            "OpenAI Responses",
            """
            {"input_tokens":328,"input_tokens_details":{"cached_tokens":256},"output_tokens":52,
             "output_tokens_details":{"reasoning_tokens":0},"total_tokens":380}
            """,
            328, 256, 0, 52
        },
        {
            "Codex",
            """
            {"type":"turn.completed","usage":{"input_tokens":32272,"cached_input_tokens":19346,"cache_write_input_tokens":0,
             "output_tokens":57,"reasoning_output_tokens":12}}
            """,
            32272, 19346, 0, 57
        },
        {
            "Gemini",
            """
            {"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":700,"candidatesTokenCount":50,
             "thoughtsTokenCount":25,"toolUsePromptTokenCount":30,"totalTokenCount":1105,
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":1000}]},
             "modelVersion":"m"}
            """,
            1030, 700, 0, 75
        },
        {
            "Gemini that said nothing",
            """{"promptTokenCount":1000,"thoughtsTokenCount":25,"totalTokenCount":1025}""",
            1000, 0, 0, 25
        },
        {
            "Gemini CLI",
            """
            {"session_id":"s","response":"hi","stats":{"models":{"m":{"api":{"totalRequests":2},
             "tokens":{"input":10432,"prompt":20798,"candidates":40,"total":20850,"cached":10366,"thoughts":12,"tool":0}}}}}
            """,
            20798, 10366, 0, 52
        },
        {
            "opencode",
            """
            {"type":"step_finish","sessionID":"ses_1","part":{"type":"step-finish","cost":0,
             "tokens":{"total":7536,"input":2570,"output":22,"reasoning":3,"cache":{"write":10,"read":4941}}}}
            """,
            7521, 4941, 10, 25
        },
        {
            "pi",
            """
            {"type":"message_end","message":{"role":"assistant","model":"m","usage":{"input":4,"output":22,
             "cacheRead":1964,"cacheWrite":3068,"totalTokens":5058,
             "cost":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"total":0}}}}
            """,
            5036, 1964, 3068, 22
        },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_form_is_read_as_the_mesh_counts(string name, string printed, long input, long cached, long written, long output)
    {
        var usage = Read(printed);
        Assert.Equal(
            (input, cached, written, output),
            (usage.InputTokens, usage.CachedInputTokens, usage.CacheWriteTokens, usage.OutputTokens));
        Assert.Null(usage.CostUsd);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Claude_Code_is_read_by_model()
    {
        const string Result = """
            {"type":"result","subtype":"success","is_error":false,"num_turns":3,"total_cost_usd":0.0751,
             "usage":{"input_tokens":1,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":4},
             "modelUsage":{
               "claude-sonnet-4-5-20250929":{"inputTokens":10,"outputTokens":51,"cacheReadInputTokens":21154,
                 "cacheCreationInputTokens":16397,"webSearchRequests":0,"costUSD":0.0686,
                 "contextWindow":200000,"maxOutputTokens":32000},
               "my-own-model":{"inputTokens":5,"outputTokens":6,"cacheReadInputTokens":7,
                 "cacheCreationInputTokens":8,"costUSD":0.0065}}}
            """;
        var usages = UsageReader.ReadAll(JsonDocument.Parse(Result).RootElement);

        Assert.Equal(
            [
                new Usage
                {
                    Model = "claude-sonnet-4-5-20250929", InputTokens = 37561, CachedInputTokens = 21154,
                    CacheWriteTokens = 16397, OutputTokens = 51, CostUsd = 0.0686m,
                },

                // Claude Code has a price for whatever it does not know; that is nobody's price.
                new Usage
                {
                    Model = "my-own-model", InputTokens = 20, CachedInputTokens = 7, CacheWriteTokens = 8, OutputTokens = 6,
                },
            ],
            usages);
        Assert.Equal(
            new Usage
            {
                InputTokens = 37581,
                CachedInputTokens = 21161,
                CacheWriteTokens = 16405,
                OutputTokens = 57,
                CostUsd = 0.0686m,
            },
            Read(Result));
    }

    [Theory]
    [InlineData("""{"costUsd":0.01}""", 0.01)]
    [InlineData("""{"inputTokens":1,"outputTokens":1,"costUsd":0}""", 0)]
    [InlineData("""{"inputTokens":1,"outputTokens":1,"costUsd":0.25}""", 0.25)]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1,"cost":0.0015}""", 0.0015)]
    [InlineData("""{"part":{"cost":0.02,"tokens":{"input":1,"output":1,"cache":{"read":0,"write":0}}}}""", 0.02)]
    [InlineData("""{"input":1,"output":1,"cacheRead":0,"cacheWrite":0,"cost":{"total":0.03}}""", 0.03)]
    public void A_cost_is_kept(string printed, double cost) => Assert.Equal((decimal)cost, Read(printed).CostUsd);

    [Theory]
    [InlineData("""{"model":"gpt-5","usage":{"prompt_tokens":1,"completion_tokens":1}}""", "gpt-5")]
    [InlineData("""{"type":"message_start","message":{"model":"c","usage":{"input_tokens":1,"output_tokens":1}}}""", "c")]
    [InlineData("""{"type":"x","response":{"model":"gpt-6","usage":{"input_tokens":1,"output_tokens":1}}}""", "gpt-6")]
    [InlineData("""{"modelVersion":"gemini-x","usageMetadata":{"promptTokenCount":1}}""", "gemini-x")]
    [InlineData("""{"prompt_tokens":1,"completion_tokens":1}""", null)]
    public void The_model_is_found(string printed, string? model) => Assert.Equal(model, Read(printed).Model);

    [Theory]
    [InlineData("{}", "usage: no known usage")]
    [InlineData("[]", "usage: an object is wanted, and it is an array.")]
    [InlineData("""{"tokens_in":5,"tokens_out":6}""", "usage: no known usage; it has tokens_in, tokens_out.")]
    [InlineData("""{"input_tokens":5}""", "usage: no known usage; it has input_tokens.")]
    [InlineData(
        """{"input_tokens":-5,"output_tokens":6}""",
        "usage.input_tokens: a whole number from 0 to 1000000000 is wanted, and it is -5.")]
    [InlineData("""{"usage":{"input_tokens":"5","output_tokens":6}}""", "usage.usage.input_tokens: a whole number")]
    [InlineData("""{"input_tokens":1.5,"output_tokens":6}""", "and it is 1.5.")]
    [InlineData("""{"input_tokens":1e30,"output_tokens":6}""", "and it is 1e30.")]
    [InlineData(
        """{"input_tokens":5,"output_tokens":6,"cache_read_input_tokens":3,"input_tokens_details":{"cached_tokens":3}}""",
        "usage: cache_read_input_tokens (Anthropic) and input_tokens_details.cached_tokens (OpenAI Responses) do not go ")]
    [InlineData(
        """{"inputTokens":5,"outputTokens":6,"cachedInputTokens":3,"cacheReadInputTokens":3}""",
        "usage: cachedInputTokens (the mesh) and cacheReadInputTokens (Claude Code) do not go together")]
    [InlineData(
        """{"input_tokens":5,"output_tokens":6,"input_tokens_details":{"cached_tokens":9}}""",
        "usage.input_tokens: 5 cannot include 9 tokens from a cache and 0 into it.")]
    [InlineData(
        """{"prompt_tokens":5,"completion_tokens":6,"imagined_tokens":7}""",
        "usage.imagined_tokens: no field of OpenAI Chat Completions")]
    [InlineData("""{"inputTokens":5,"outputTokns":6}""", "usage.outputTokns: no field of the mesh")]
    [InlineData("""{"inputTokens":5,"outputTokens":6,"costUsd":"1"}""", "usage.costUsd: US dollars")]
    [InlineData("""{"inputTokens":5,"outputTokens":6,"costUsd":-1}""", "usage.costUsd: US dollars")]
    public void What_is_not_understood_is_named(string printed, string problem) =>
        Assert.Contains(problem, Assert.Throws<FormatException>(() => Read(printed)).Message);

    [Fact]
    public void A_counter_over_a_session_gives_what_is_new()
    {
        var first = new Usage { Model = "m", InputTokens = 32272, CachedInputTokens = 19346, OutputTokens = 57 };
        var second = new Usage { Model = "m", InputTokens = 74570, CachedInputTokens = 58300, OutputTokens = 114 };

        Assert.Equal(first, UsageReader.Since(first, null));
        Assert.Equal(
            new Usage { Model = "m", InputTokens = 42298, CachedInputTokens = 38954, OutputTokens = 57 },
            UsageReader.Since(second, first));
        Assert.Equal(first, UsageReader.Since(first, second));
    }

    [Fact]
    public void A_sum_keeps_what_can_be_priced()
    {
        var one = new Usage { Model = "m", InputTokens = 1, OutputTokens = 2, CostUsd = 0.1m };
        Assert.Equal(new Usage { Model = "m", InputTokens = 2, OutputTokens = 4, CostUsd = 0.2m }, UsageReader.Sum([one, one]));
        Assert.Null(UsageReader.Sum([one, one with { CostUsd = null }]).CostUsd);
        Assert.Equal(
            new Usage { InputTokens = 2, OutputTokens = 4, CostUsd = 0.1m },
            UsageReader.Sum([one, one with { Model = "n", CostUsd = null }]));
        Assert.Equal(new Usage(), UsageReader.Sum([]));
    }

    private static Usage Read(string printed) => UsageReader.Read(JsonDocument.Parse(printed).RootElement);
}
