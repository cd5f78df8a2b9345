using System.Text.Json;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Presets;

/// <summary>
/// How each CLI is started, and how what it prints is read; the samples have the form that the CLIs really print.
/// </summary>
public sealed class CodingAgentsTests
{
    private static readonly CodingPrompt Prompt = new("/clear the rows", "/work", "/home/t");

    [Fact]
    public void Claude_code_counts_the_sum_of_its_models_and_says_the_verdict_apart()
    {
        var (result, output) = Read(new ClaudeCode(), 0,
            """{"type":"system","subtype":"init","session_id":"s-1"}""",
            """{"type":"assistant","session_id":"s-1","message":{"id":"m-1","model":"big","usage":{"input_tokens":2,""" +
                """ "cache_read_input_tokens":30,"cache_creation_input_tokens":5,"output_tokens":4}}}""",
            """{"type":"result","subtype":"success","is_error":false,"num_turns":2,"result":"Judged.",""" +
                """ "session_id":"s-1","total_cost_usd":0.5,"structured_output":{"verdict":"fail"},"usage":{""" +
                """ "input_tokens":1},"modelUsage":{"big":{"inputTokens":10,"outputTokens":20,"cacheReadInputTokens":300,""" +
                """ "cacheCreationInputTokens":40,"costUSD":0.4},"small":{"inputTokens":1,"outputTokens":2,""" +
                """ "cacheReadInputTokens":0,"cacheCreationInputTokens":0,"costUSD":0}}}""");

        Assert.Equal(("Judged.", """{"verdict":"fail"}""", null), (result.Text, result.Structured, result.Failure));
        Assert.Equal("s-1", output.Session);
        Assert.Equal(
            [
                new Usage { Model = "big", InputTokens = 350, CachedInputTokens = 300, CacheWriteTokens = 40, OutputTokens = 20 },
                new Usage { Model = "small", InputTokens = 1, OutputTokens = 2 },
            ],
            output.Spent);
    }

    [Fact]
    public void Claude_code_that_is_killed_is_paid_for_once_an_answer()
    {
        const string Part =
            """{"type":"assistant","message":{"id":"m-1","model":"big","usage":{"input_tokens":2,""" +
                """ "cache_read_input_tokens":30,"output_tokens":4}}}""";
        var (result, output) = Read(new ClaudeCode(), 143, Part, Part, Part.Replace("m-1", "m-2", StringComparison.Ordinal));

        Assert.NotNull(result.Failure);
        Assert.Equal(64, Assert.Single(output.Spent).InputTokens);
        Assert.Equal(2, output.Calls);
    }

    [Theory]
    [InlineData(
        """{"type":"result","subtype":"success","is_error":true,"api_error_status":401,"result":"Invalid API key"}""",
        CodingFailureKind.NotConfigured)]
    [InlineData(
        """{"type":"result","subtype":"success","is_error":true,"result":"Not logged in · Please run /login"}""",
        CodingFailureKind.NotConfigured)]
    [InlineData(
        """{"type":"result","subtype":"success","is_error":true,"api_error_status":529,"result":"Overloaded"}""",
        CodingFailureKind.Overloaded)]
    [InlineData("""{"type":"result","subtype":"error_max_turns","is_error":true}""", CodingFailureKind.TurnLimit)]
    [InlineData("""{"type":"result","subtype":"error_max_budget_usd","is_error":true}""", CodingFailureKind.MoneyLimit)]
    [InlineData(
        """{"type":"result","subtype":"error_during_execution","is_error":true,""" +
        """ "errors":["No conversation found with session ID: 1"]}""", CodingFailureKind.LostSession)]
    [InlineData(
        """{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["boom"]}""", CodingFailureKind.Other)]
    public void Claude_codes_failures_have_classes(string line, CodingFailureKind kind) =>
        Assert.Equal(kind, Read(new ClaudeCode(), 1, line).Result.Failure?.Kind);

    [Fact]
    public void Claude_code_gets_least_rights_and_its_prompt_by_standard_input()
    {
        var builder = new ClaudeCode().Launch(Session("claude-code", CodingRole.Builder), Prompt).Program;
        var resumed = Session("claude-code", CodingRole.Verifier) with { IsBegun = true };
        var verifier = new ClaudeCode().Launch(resumed, Prompt).Program;

        Assert.DoesNotContain(Prompt.Text, builder.Arguments);
        Assert.Equal(Prompt.Text, builder.Input);
        Assert.Contains("--tools=Read,Edit,Write,Glob,Grep", builder.Arguments);
        Assert.Contains("--tools=Read,Glob,Grep", verifier.Arguments);
        Assert.Equal(["--session-id", "s-1"], builder.Arguments.TakeLast(2));
        Assert.Equal(["--resume", "s-1"], verifier.Arguments.TakeLast(2));
        Assert.Equal("1", builder.Environment["CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS"]);
    }

    [Fact]
    public void Codex_counts_its_whole_session_so_a_run_is_what_was_added()
    {
        var before = new Usage { Model = "m-1", InputTokens = 1_000, CachedInputTokens = 700, OutputTokens = 50 };
        var (result, output) = Read(new Codex(), Session("codex", CodingRole.Builder) with { Reported = before }, 0, "",
            """{"type":"thread.started","thread_id":"t-1"}""",
            """{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"I will look."}}""",
            """{"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":"Done."}}""",
            """{"type":"turn.completed","usage":{"input_tokens":1600,"cached_input_tokens":1200,""" +
                """ "cache_write_input_tokens":0,"output_tokens":80}}""");

        Assert.Equal(("Done.", "t-1"), (result.Text, output.Session));
        Assert.Equal(
            new Usage { Model = "m-1", InputTokens = 1_600, CachedInputTokens = 1_200, OutputTokens = 80 }, output.Reported);
        Assert.Equal(
            [new Usage { Model = "m-1", InputTokens = 600, CachedInputTokens = 500, OutputTokens = 30 }], output.Spent);
    }

    [Theory]
    [InlineData(
        """{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized: no"}}""", "",
        CodingFailureKind.NotConfigured)]
    [InlineData(
        """{"type":"turn.failed","error":{"message":"exceeded retry limit, last status: 429 Too Many Requests"}}""", "",
        CodingFailureKind.Overloaded)]
    [InlineData("", "Error: thread/resume: no rollout found for thread id 1", CodingFailureKind.LostSession)]
    [InlineData("""{"type":"turn.started"}""", "", CodingFailureKind.Other)]
    public void Codexs_failures_have_classes(string line, string errors, CodingFailureKind kind) =>
        Assert.Equal(kind, Read(new Codex(), Session("codex", CodingRole.Builder), 1, errors, line).Result.Failure?.Kind);

    [Theory]
    [InlineData(CodingRole.Builder, "", "workspace-write")]
    [InlineData(CodingRole.Verifier, "", "read-only")]
    [InlineData(CodingRole.Verifier, "make *", "workspace-write")]
    public void Codex_hears_its_sandbox_also_when_it_is_resumed(CodingRole role, string allow, string sandbox)
    {
        var session = Session("codex", role, allow) with { IsBegun = true };
        var launch = new Codex().Launch(session with { Flags = session.Flags with { Schema = "{}" } }, Prompt);

        Assert.Equal(["exec", "resume"], launch.Program.Arguments.Take(2));
        Assert.Equal(["s-1", "-"], launch.Program.Arguments.TakeLast(2));
        Assert.Contains($"sandbox_mode=\"{sandbox}\"", launch.Program.Arguments);
        Assert.Equal("{}", launch.Files["/home/t/answer.schema.json"]);
    }

    [Fact]
    public void Opencode_sums_its_steps_and_answers_with_the_last()
    {
        var (result, output) = Read(new OpenCode(), Session("opencode", CodingRole.Builder, model: "p/m-1"), 0, "",
            """{"type":"step_start","sessionID":"ses_1","part":{}}""",
            """{"type":"text","sessionID":"ses_1","part":{"text":"I look."}}""",
            """{"type":"step_finish","sessionID":"ses_1","part":{"reason":"tool-calls","cost":0.1,"tokens":{""" +
                """ "input":10,"output":2,"reasoning":1,"cache":{"read":100,"write":7}}}}""",
            """{"type":"step_start","sessionID":"ses_1","part":{}}""",
            """{"type":"text","sessionID":"ses_1","part":{"text":"Done."}}""",
            """{"type":"step_finish","sessionID":"ses_1","part":{"reason":"stop","cost":0.2,"tokens":{"input":1,""" +
                """ "output":2,"reasoning":0,"cache":{"read":117,"write":0}}}}""");

        Assert.Equal(("Done.", "ses_1", null), (result.Text, output.Session, result.Failure));
        Assert.Equal(
            [
                new Usage
                {
                    Model = "m-1", InputTokens = 235, CachedInputTokens = 217, CacheWriteTokens = 7, OutputTokens = 5,
                    CostUsd = 0.3m,
                },
            ],
            output.Spent);
    }

    [Theory]
    [InlineData(1,
        """{"type":"error","error":{"name":"APIError","data":{"message":"no","statusCode":401}}}""",
        CodingFailureKind.NotConfigured)]
    [InlineData(1,
        """{"type":"error","error":{"name":"NotFoundError","data":{"message":"Session not found: ses_1"}}}""",
        CodingFailureKind.LostSession)]
    [InlineData(0, """{"type":"step_finish","part":{"reason":"tool-calls"}}""", CodingFailureKind.Other)]
    [InlineData(0, "", CodingFailureKind.Other)]
    public void Opencodes_failures_have_classes_whatever_the_exit_code(int exitCode, string line, CodingFailureKind kind) =>
        Assert.Equal(kind, Read(new OpenCode(), exitCode, line).Result.Failure?.Kind);

    [Fact]
    public void Opencode_denies_and_never_asks()
    {
        var launch = new OpenCode().Launch(Session("opencode", CodingRole.Verifier, "make *"), Prompt);

        Assert.Equal(
            """{"permission":{"*":"deny","read":"allow","glob":"allow","grep":"allow","list":"allow","edit":"deny",""" +
            "\"" + """bash":{"*":"deny","make *":"allow"}}}""",
            launch.Program.Environment["OPENCODE_CONFIG_CONTENT"]);
        Assert.Contains("--title", launch.Program.Arguments);
    }

    [Theory]
    [InlineData("error", "401 invalid x-api-key", CodingFailureKind.NotConfigured)]
    [InlineData("error", "529 overloaded_error", CodingFailureKind.Overloaded)]
    [InlineData("error", "500 boom", CodingFailureKind.Other)]
    [InlineData("length", null, CodingFailureKind.Other)]
    [InlineData("toolUse", null, CodingFailureKind.Other)]
    [InlineData(null, null, CodingFailureKind.Other)]
    public void Pi_fails_with_exit_code_0(string? stopReason, string? error, CodingFailureKind kind)
    {
        var message = JsonSerializer.Serialize(
            new { role = "assistant", content = Array.Empty<string>(), stopReason, errorMessage = error });

        Assert.Equal(kind, Read(new Pi(), 0, "{\"type\":\"message_end\",\"message\":" + message + "}").Result.Failure?.Kind);
    }

    [Fact]
    public void Pi_is_not_read_where_it_repeats_itself()
    {
        static string Line(string type) =>
            $$$"""{"type":"{{{type}}}","message":{"role":"assistant","content":[{"type":"text","text":"Hi"}],"model":"m",""" +
            """ "usage":{"input":1,"output":1},"stopReason":"stop"}}""";
        var (result, output) = Read(new Pi(), 0, Line("message_update"), Line("message_end"), Line("turn_end"), "no json");

        Assert.Equal(("Hi", null), (result.Text, result.Failure));
        Assert.Equal(1, Assert.Single(output.Spent).InputTokens);
    }

    [Fact]
    public void Gemini_is_read_over_many_lines()
    {
        var (result, output) = Read(new GeminiCli(), 0, "{", "\"session_id\": \"s-1\",", "\"response\": \"Done.\",",
            """ "stats": {"models": {"g": {"api": {"totalRequests": 2}, "tokens": {""" +
                """ "prompt": 100, "cached": 40, "candidates": 5, "thoughts": 3}}}}""", "}");

        Assert.Equal(("Done.", "s-1", null), (result.Text, output.Session, result.Failure));
        Assert.Equal([new Usage { Model = "g", InputTokens = 100, CachedInputTokens = 40, OutputTokens = 8 }], output.Spent);
        Assert.Equal(2, output.Calls);
    }

    [Theory]
    [InlineData(42, "No such session", CodingFailureKind.LostSession)]
    [InlineData(53, "", CodingFailureKind.TurnLimit)]
    [InlineData(145, "oops\n{\"error\":{\"message\":\"no\",\"code\":401}}", CodingFailureKind.NotConfigured)]
    [InlineData(173, "{\"error\":{\"message\":\"slow down\",\"code\":429}}", CodingFailureKind.Overloaded)]
    public void Geminis_failures_stand_on_standard_error(int exitCode, string errors, CodingFailureKind kind) =>
        Assert.Equal(kind, Read(new GeminiCli(), Session("gemini", CodingRole.Builder), exitCode, errors).Result.Failure?.Kind);

    [Fact]
    public void Gemini_takes_no_file_for_a_name_in_the_prompt()
    {
        var launch = new GeminiCli().Launch(
            Session("gemini", CodingRole.Verifier, "make *"), Prompt with { Text = "News: @/etc/passwd" });

        Assert.Equal("News: \\@/etc/passwd", launch.Program.Input);
        Assert.Contains("commandRegex = \"make\\\\ \"\ndecision = \"allow\"", Assert.Single(launch.Files).Value);
    }

    [Fact]
    public void Words_of_a_failure_are_one_short_line_of_whole_characters()
    {
        var failure = CodingFailure.Of($"a\u001b[31m\n{new string('x', 394)}\U0001F600 and more");

        Assert.DoesNotContain('\u001b', failure.Words);
        Assert.DoesNotContain('\n', failure.Words);
        Assert.InRange(failure.Words.Length, 300, 401);
        Assert.False(char.IsHighSurrogate(failure.Words[^2]));
    }

    private static CodingSession Session(string preset, CodingRole role, string allow = "", string model = "m-1") => new()
    {
        Preset = preset,
        Flags = new CodingFlags { Role = role, Model = model, Allow = allow.Length == 0 ? [] : [allow] },
        Id = "s-1",
    };

    private static (CodingResult Result, CodingOutput Output) Read(ICodingAgent cli, int exitCode, params string[] lines) =>
        Read(cli, Session(cli.Name, CodingRole.Builder), exitCode, "", lines);

    private static (CodingResult Result, CodingOutput Output) Read(
        ICodingAgent cli, CodingSession session, int exitCode, string errors, params string[] lines)
    {
        var output = cli.Listen(session);
        foreach (var line in lines)
        {
            output.Read(line);
        }

        return (output.Finish(new ProgramEnd(exitCode, string.Join('\n', lines), errors)), output);
    }
}
