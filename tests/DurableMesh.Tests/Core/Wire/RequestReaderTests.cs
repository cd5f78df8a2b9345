using System.Text;
using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Wire;

public sealed class RequestReaderTests
{
    private const string Start =
        """
        {"pattern":"builder-verifier","mcTask":"101959","priority":"H",
         "initiator":"codecraft-builder","responder":"proveo-verifier",
         "brief":{"subject":"CSV","body":{"b":1,"a":[true,null]},
          "acceptance":[{"id":"AC-1","title":"kept"},{"id":"AC-2","title":"t","required":false}]},
         "limits":{"ttl":"PT30M","maxTurns":20,"costCapUsd":2.00,"maxFindingsPerTurn":50,"maxRoundsWithoutProgress":2}}
        """;

    private const string Message =
        """
        {"messageId":"b-1","from":"proveo-verifier","kind":"verdict","body":"text","verdict":"fail","inReplyTo":3,
         "checks":[{"id":"AC-1","title":"t","status":"fail","required":true,"detail":"a\nb","location":"CsvReader.cs:41"}],
         "artifacts":[{"name":"patch.diff",
          "sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":812,"uri":"https://a.example/x"}],
         "usage":{"model":"m","inputTokens":1200,"cachedInputTokens":900,"outputTokens":300,"costUsd":4e-3},
         "sentAt":"2026-11-23T09:00:00+01:00"}
        """;

    [Fact]
    public void A_start_is_read_in_full()
    {
        var start = Read(RequestReader.ReadStartThread, Start).Value!;
        Assert.Equal((Pattern.BuilderVerifier, "101959", Priority.H), (start.Pattern, start.McTask, start.Priority));
        Assert.Equal("""{"a":[true,null],"b":1}""", start.Brief.Body!.Text);
        Assert.Equal([new("AC-1", "kept"), new("AC-2", "t", false)], start.Brief.Acceptance);
        Assert.Equal((TimeSpan.FromMinutes(30), 20, 2m, 50, 2), (
            start.Limits!.Ttl!.Value,
            start.Limits.MaxTurns!.Value,
            start.Limits.CostCapUsd!.Value,
            start.Limits.MaxFindingsPerTurn!.Value,
            start.Limits.MaxRoundsWithoutProgress!.Value));
    }

    [Fact]
    public void A_message_is_read_in_full()
    {
        var message = Read(RequestReader.ReadSendMessage, Message).Value!;
        Assert.Equal(("b-1", "proveo-verifier", MessageKind.Verdict), (message.MessageId, message.From, message.Kind));
        Assert.Equal((Verdict.Fail, 3, "\"text\""), (message.Verdict!.Value, message.InReplyTo!.Value, message.Body!.Text));
        Assert.Equal(
            (CheckStatus.Fail, true, "a\nb"),
            (message.Checks[0].Status, message.Checks[0].Required!.Value, message.Checks[0].Detail));
        Assert.Equal((812L, "https://a.example/x"), (message.Artifacts[0].Size!.Value, message.Artifacts[0].Uri));
        Assert.Equal((1200L, 900L, 300L, 0.004m), (
            message.Usage!.InputTokens,
            message.Usage.CachedInputTokens,
            message.Usage.OutputTokens,
            message.Usage.CostUsd!.Value));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero), message.SentAt);
    }

    [Fact]
    public void What_a_client_writes_is_what_the_reader_reads()
    {
        var message = Read(RequestReader.ReadSendMessage, Message).Value!;
        var json = JsonSerializer.Serialize(message, MeshJson.Options);
        var again = Read(RequestReader.ReadSendMessage, json).Value!;
        Assert.Equal(json, JsonSerializer.Serialize(again, MeshJson.Options));
        var start = JsonSerializer.Serialize(Read(RequestReader.ReadStartThread, Start).Value!, MeshJson.Options);
        Assert.Equal(start, JsonSerializer.Serialize(Read(RequestReader.ReadStartThread, start).Value!, MeshJson.Options));
    }

    [Fact]
    public void Null_counts_as_absent_and_a_byte_order_mark_is_skipped()
    {
        var json = """{"messageId":"a","from":"b","kind":"note","body":null,"checks":null,"verdict":null,"usage":null}""";
        var result = Read(RequestReader.ReadSendMessage, "\uFEFF" + json);
        Assert.Empty(result.Errors);
        Assert.Null(result.Value!.Body);
    }

    /// <summary>One change to a good input, and the error it must give.</summary>
    public static TheoryData<string, string, string, string> BadStarts() => new()
    {
        { "\"builder-verifier\"", "\"builder_verifier\"", "pattern", "invalid_value" },
        { "\"builder-verifier\"", "7", "pattern", "wrong_type" },
        { "\"pattern\":", "\"patern\":", "patern", "unknown_field" },
        { "\"pattern\":", "\"patern\":", "pattern", "missing" },
        { "\"101959\"", "101959", "mcTask", "wrong_type" },
        { "\"101959\"", "\"\"", "mcTask", "invalid_value" },
        { "\"101959\"", "\"a\\u0007b\"", "mcTask", "control_character" },
        { "\"101959\"", "\"a\\nb\"", "mcTask", "control_character" },
        { "\"101959\"", "\"\\u2028\"", "mcTask", "invalid_value" },
        { "\"101959\"", "\"x\\ud800\"", "mcTask", "not_interoperable" },
        { "\"H\"", "\"high\"", "priority", "invalid_value" },
        { "\"codecraft-builder\"", "\"a\\u0000\"", "initiator", "control_character" },
        { "\"codecraft-builder\"", "null", "initiator", "missing" },
        { "\"subject\":\"CSV\",", "", "brief.subject", "missing" },
        { "\"id\":\"AC-2\"", "\"id\":\"AC-1\"", "brief.acceptance[1].id", "duplicate_id" },
        { "\"id\":\"AC-1\"", "\"ID\":\"AC-1\"", "brief.acceptance[0].ID", "unknown_field" },
        { "\"id\":\"AC-1\"", "\"id\":\"a\\tb\"", "brief.acceptance[0].id", "control_character" },
        { "\"required\":false", "\"required\":\"no\"", "brief.acceptance[1].required", "wrong_type" },
        { "{\"id\":\"AC-1\",\"title\":\"kept\"}", "\"AC-1\"", "brief.acceptance[0]", "wrong_type" },
        { "[{\"id\":\"AC-1\"", "{\"x\":[{\"id\":\"AC-1\"", "$", "malformed_json" },
        { "{\"b\":1,", "{\"b\":1,\"b\":2,", "brief.body", "not_interoperable" },
        { "{\"b\":1,", "{\"b\":1e400,", "brief.body", "not_interoperable" },
        { "{\"b\":1,", "{\"b\":12345678901234567890,", "brief.body", "not_interoperable" },
        { "\"PT30M\"", "\"PT0S\"", "limits.ttl", "out_of_range" },
        { "\"PT30M\"", "\"-PT1M\"", "limits.ttl", "out_of_range" },
        { "\"PT30M\"", "\"P365D\"", "limits.ttl", "out_of_range" },
        { "\"PT30M\"", "\"P1Y\"", "limits.ttl", "invalid_value" },
        { "\"PT30M\"", "\"30m\"", "limits.ttl", "invalid_value" },
        { "\"PT30M\"", "1800", "limits.ttl", "wrong_type" },
        { "\"maxTurns\":20", "\"maxTurns\":0", "limits.maxTurns", "out_of_range" },
        { "\"maxTurns\":20", "\"maxTurns\":1.5", "limits.maxTurns", "out_of_range" },
        { "\"maxTurns\":20", "\"maxTurns\":\"20\"", "limits.maxTurns", "wrong_type" },
        { "\"maxTurns\":20", "\"maxTurns\":1e99", "limits.maxTurns", "out_of_range" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":-0.01", "limits.costCapUsd", "out_of_range" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":1000000", "limits.costCapUsd", "out_of_range" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":1e400", "limits.costCapUsd", "out_of_range" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":999999.000000001", "limits.costCapUsd", "out_of_range" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":-1e-28", "limits.costCapUsd", "out_of_range" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":0.0000000001", "limits.costCapUsd", "invalid_value" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":1e-10", "limits.costCapUsd", "invalid_value" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":1e-400", "limits.costCapUsd", "invalid_value" },
        { "\"costCapUsd\":2.00", "\"costCapUsd\":\"2.00\"", "limits.costCapUsd", "wrong_type" },
        { "\"maxRoundsWithoutProgress\"", "\"maxRoundsWithoutProgres\"", "limits.maxRoundsWithoutProgres", "unknown_field" },
        { "\"priority\":\"H\"", "\"priority\":\"H\",\"priority\":\"L\"", "priority", "not_interoperable" },
    };

    [Theory]
    [MemberData(nameof(BadStarts))]
    public void A_bad_start_says_where_and_what(string good, string bad, string path, string code) =>
        AssertBad(Read(RequestReader.ReadStartThread, Replace(Start, good, bad)), path, code);

    [Theory]
    [InlineData("2.5e-3", "0.0025")]
    [InlineData("9.99999E+5", "999999")]
    [InlineData("1e-9", "0.000000001")]
    [InlineData("2.000000000000", "2")]
    [InlineData("0e-7", "0")]
    [InlineData("0", "0")]
    public void An_amount_may_be_written_in_any_way_that_JSON_has(string written, string usd)
    {
        var start = Read(RequestReader.ReadStartThread, Replace(Start, "\"costCapUsd\":2.00", $"\"costCapUsd\":{written}"));
        Assert.Empty(start.Errors);
        Assert.Equal(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture), start.Value!.Limits!.CostCapUsd);
    }

    [Fact]
    public void What_a_sender_computed_in_binary_is_rounded()
    {
        var message = Read(
            RequestReader.ReadSendMessage, Replace(Message, "\"costUsd\":4e-3", "\"costUsd\":0.30000000000000004"));
        Assert.Equal(0.3m, message.Value!.Usage!.CostUsd);
    }

    /// <summary>One change to a good input, and the error it must give.</summary>
    public static TheoryData<string, string, string, string> BadMessages() => new()
    {
        { "\"b-1\"", "\"b 1\"", "messageId", "invalid_value" },
        { "\"b-1\"", "\"\"", "messageId", "invalid_value" },
        { "\"b-1\"", "\"b\\u0001\"", "messageId", "invalid_value" },
        { "\"b-1\"", "\"ä\"", "messageId", "invalid_value" },
        { "\"b-1\"", "17", "messageId", "wrong_type" },
        { "\"messageId\":\"b-1\",", "", "messageId", "missing" },
        { "\"kind\":\"verdict\"", "\"kind\":\"submission\"", "verdict", "not_allowed" },
        { "\"kind\":\"verdict\"", "\"plumbing\":true,\"kind\":\"verdict\"", "plumbing", "not_allowed" },
        { "\"kind\":\"verdict\"", "\"kind\":\"Verdict\"", "kind", "invalid_value" },
        { "\"verdict\":\"fail\",", "", "verdict", "missing" },
        { "\"verdict\":\"fail\"", "\"verdict\":\"PASS\"", "verdict", "invalid_value" },
        { "\"inReplyTo\":3", "\"inReplyTo\":0", "inReplyTo", "out_of_range" },
        { "\"inReplyTo\":3", "\"inReplyTo\":99999999999", "inReplyTo", "out_of_range" },
        { "\"status\":\"fail\"", "\"status\":\"failed\"", "checks[0].status", "invalid_value" },
        { "\"location\"", "\"locaton\"", "checks[0].locaton", "unknown_field" },
        { "aaaa\"", "AAAA\"", "artifacts[0].sha256", "invalid_value" },
        { "aaaa\"", "\"", "artifacts[0].sha256", "invalid_value" },
        { "\"size\":812", "\"size\":-1", "artifacts[0].size", "out_of_range" },
        { "\"inputTokens\":1200", "\"inputTokens\":-1", "usage.inputTokens", "out_of_range" },
        { "\"cachedInputTokens\":900", "\"cachedInputTokens\":1201", "usage.cachedInputTokens", "out_of_range" },
        {
            "\"cachedInputTokens\":900", "\"cachedInputTokens\":900,\"cacheWriteTokens\":301",
            "usage.cacheWriteTokens", "out_of_range"
        },
        { "\"cachedInputTokens\":900", "\"cacheWriteTokens\":-1", "usage.cacheWriteTokens", "out_of_range" },
        { "\"costUsd\":4e-3", "\"costUsd\":-4e-3", "usage.costUsd", "out_of_range" },
        { "\"costUsd\":4e-3", "\"costUsd\":\"4\"", "usage.costUsd", "wrong_type" },
        { "+01:00", "", "sentAt", "invalid_value" },
        { "\"body\":\"text\"", "\"body\":\"\\udfff\"", "body", "not_interoperable" },
    };

    [Theory]
    [MemberData(nameof(BadMessages))]
    public void A_bad_message_says_where_and_what(string good, string bad, string path, string code) =>
        AssertBad(Read(RequestReader.ReadSendMessage, Replace(Message, good, bad)), path, code);

    [Theory]
    [InlineData("https://a.example/patch.diff", true)]
    [InlineData("s3://bucket/patch.diff", true)]
    [InlineData("patch.diff", true)]
    [InlineData("C:patch.diff", true)]
    [InlineData("/api/threads/t-1/artifacts/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("/mesh/api/threads/t-1/artifacts/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("/api/threads/t-1/artifacts/patch.diff", false)]
    [InlineData("file:///home/ann/patch.diff", false)]
    [InlineData("FILE:patch.diff", false)]
    [InlineData(" file:///patch.diff", false)]
    [InlineData("/home/ann/patch.diff", false)]
    [InlineData("//server/share/patch.diff", false)]
    [InlineData("~/patch.diff", false)]
    [InlineData("./patch.diff", false)]
    [InlineData("../patch.diff", false)]
    [InlineData("C:\\\\patch.diff", false)]
    [InlineData("c:/patch.diff", false)]
    [InlineData("\\\\\\\\server\\\\share\\\\patch.diff", false)]
    public void An_artifact_is_where_the_other_party_can_get_it(string uri, bool good)
    {
        var result = Read(RequestReader.ReadSendMessage, Replace(Message, "https://a.example/x", uri));

        Assert.Equal(
            good ? [] : [("artifacts[0].uri", InputError.LocalAddress)],
            result.Errors.Select(error => (error.Path, error.Code)));
    }

    [Fact]
    public void All_errors_come_at_once()
    {
        var result = Read(
            RequestReader.ReadStartThread,
            """
            {"patern":1,"mcTask":"","initiator":"a\u0000","brief":{"acceptance":[{"id":5},{"titel":"x"}]},
             "limits":{"ttl":"PT0S","costCapUsd":-1}}
            """);
        Assert.Null(result.Value);
        Assert.Equal(
            [
                ("brief.acceptance[0].id", "wrong_type"),
                ("brief.acceptance[0].title", "missing"),
                ("brief.acceptance[1].id", "missing"),
                ("brief.acceptance[1].titel", "unknown_field"),
                ("brief.acceptance[1].title", "missing"),
                ("brief.subject", "missing"),
                ("initiator", "control_character"),
                ("limits.costCapUsd", "out_of_range"),
                ("limits.ttl", "out_of_range"),
                ("mcTask", "invalid_value"),
                ("patern", "unknown_field"),
                ("pattern", "missing"),
                ("responder", "missing"),
            ],
            result.Errors.Select(error => (error.Path, error.Code)).Order());
    }

    [Fact]
    public void A_typing_error_gets_the_nearest_name()
    {
        var result = Read(RequestReader.ReadSendMessage, Replace(Message, "\"messageId\"", "\"messageid\""));
        Assert.Contains(
            result.Errors,
            error => error.Code == "unknown_field" && error.Message.Contains("'messageId'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "malformed_json")]
    [InlineData("  \n", "malformed_json")]
    [InlineData("{", "malformed_json")]
    [InlineData("{\"a\":1,}", "malformed_json")]
    [InlineData("{} {}", "malformed_json")]
    [InlineData("// x", "malformed_json")]
    [InlineData("nul", "malformed_json")]
    [InlineData("[]", "wrong_type")]
    [InlineData("null", "wrong_type")]
    [InlineData("\"text\"", "wrong_type")]
    public void What_is_no_json_object_is_refused_as_a_whole(string json, string code)
    {
        foreach (var errors in (IReadOnlyList<InputError>[])
        [
            Read(RequestReader.ReadStartThread, json).Errors,
            Read(RequestReader.ReadSendMessage, json).Errors,
            Read(RequestReader.ReadCancel, json).Errors,
            Read(RequestReader.ReadDecision, json).Errors,
        ])
        {
            var error = Assert.Single(errors);
            Assert.Equal(("$", code), (error.Path, error.Code));
        }
    }

    [Fact]
    public void Malformed_json_says_line_and_column()
    {
        var error = Assert.Single(Read(RequestReader.ReadCancel, "{\n  \"by\": oops\n}").Errors);
        Assert.Contains("line 2, column 9", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_utf_8_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Message);
        bytes[Message.IndexOf("text", StringComparison.Ordinal)] = 0xFF;
        Assert.Equal("malformed_json", Assert.Single(RequestReader.ReadSendMessage(bytes).Errors).Code);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        foreach (var depth in (int[])[32, 1000, 100_000])
        {
            var body = new string('[', depth) + new string(']', depth);
            var error = Assert.Single(Read(RequestReader.ReadSendMessage, Replace(Message, "\"text\"", body)).Errors);
            Assert.Equal("too_deep", error.Code);
        }

        var allowed = new string('[', 31) + new string(']', 31);
        Assert.Empty(Read(RequestReader.ReadSendMessage, Replace(Message, "\"text\"", allowed)).Errors);
    }

    [Theory]
    [InlineData(RequestReader.MaxBodyBytes - 2, false)]
    [InlineData(RequestReader.MaxBodyBytes - 1, true)]
    public void A_body_over_1_mib_is_too_large(int characters, bool tooLarge)
    {
        var result = Read(RequestReader.ReadSendMessage, Replace(Message, "\"text\"", $"\"{new string('x', characters)}\""));
        Assert.Equal(tooLarge ? ["body_too_large"] : [], result.Errors.Select(error => error.Code));
    }

    [Fact]
    public void Checks_that_would_swell_the_history_belong_into_the_body()
    {
        var checks = string.Join(
            ',',
            Enumerable.Range(0, 100).Select(i => $$"""{"id":"c{{i}}","status":"pass","detail":"{{new string('x', 1000)}}"}"""));
        var json = $$"""{"messageId":"a","from":"b","kind":"note","checks":[{{checks}}]}""";
        Assert.Equal(
            ("$", "too_long"),
            Read(RequestReader.ReadSendMessage, json).Errors.Select(error => (error.Path, error.Code)).Single());
    }

    [Fact]
    public void The_list_of_errors_is_bounded()
    {
        var fields = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"f{i}\":1"));
        Assert.Equal(InputError.MaxReported, Read(RequestReader.ReadCancel, $"{{{fields}}}").Errors.Count);
    }

    [Fact]
    public void The_name_of_an_unknown_field_is_made_printable()
    {
        var json = $$"""{"by":"a","why":"b","x\u0000{{new string('y', 500)}}":1}""";
        var error = Read(RequestReader.ReadCancel, json).Errors.Single();
        Assert.DoesNotContain('\0', error.Path);
        Assert.InRange(error.Path.Length, 1, 70);
    }

    [Fact]
    public void Cancel_and_decision_are_read()
    {
        Assert.Equal(new CancelRequest("me", ""), Read(RequestReader.ReadCancel, """{"by":"me","why":""}""").Value);
        Assert.Equal(
            new DecisionRequest("me", HoldDecision.Deny, "no"),
            Read(RequestReader.ReadDecision, """{"by":"me","decision":"deny","why":"no"}""").Value);
        AssertBad(Read(RequestReader.ReadDecision, """{"by":"me","decision":"maybe","why":"no"}"""), "decision", "invalid_value");
        AssertBad(Read(RequestReader.ReadCancel, """{"by":"me"}"""), "why", "missing");
    }

    private static void AssertBad<T>(ReadResult<T> result, string path, string code)
        where T : class
    {
        Assert.False(result.Ok);
        Assert.Contains((path, code), result.Errors.Select(error => (error.Path, error.Code)));
        Assert.All(result.Errors, error => Assert.NotEqual("", error.Message));
    }

    private static ReadResult<T> Read<T>(Func<ReadOnlyMemory<byte>, ReadResult<T>> read, string json)
        where T : class => read(Encoding.UTF8.GetBytes(json));

    private static string Replace(string json, string good, string bad)
    {
        Assert.Contains(good, json, StringComparison.Ordinal);
        var at = json.IndexOf(good, StringComparison.Ordinal);
        return json[..at] + bad + json[(at + good.Length)..];
    }
}
