using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace DurableMesh.Tests.Agents.AI;

/// <summary>A chat client and an agent of the Agent Framework as peers, over HTTP, with the scripted model.</summary>
public sealed class ModelHandlerTests : IAsyncDisposable
{
    private const string Pass =
        """{"verdict":"pass","summary":"All holds.","checks":[{"id":"AC-1","status":"pass","detail":"ran it"}]}""";
    private const string Fail =
        """{"verdict":"fail","summary":"Row 7.","checks":[{"id":"AC-1","status":"fail","detail":"row 7 is lost"}]}""";

    private static readonly ModelFault Silence = new() { FirstByteAfter = TimeSpan.FromHours(1) };

    private ScriptedModelServer? _server;
    private IChatClient? _client;

    public static TheoryData<string> Kinds => ["chat client", "agent"];

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await (_server?.DisposeAsync() ?? default);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_session_goes_on_and_a_round_adds_only_what_is_new(string kind)
    {
        var handler = Start(kind, request => ModelAnswer.Say(request.Answered == 0 ? Fail : Pass));
        var first = FakeRun.Verify();
        Assert.Equal(new RunEnd.Done(), await handler.RunAsync(first, CancellationToken.None));
        var second = FakeRun.Verify(2, first.Kept);
        Assert.Equal(new RunEnd.Done(), await handler.RunAsync(second, CancellationToken.None));
        var cold = FakeRun.Verify(2);
        Assert.Equal(new RunEnd.Done(), await handler.RunAsync(cold, CancellationToken.None));

        var reply = Assert.Single(second.Said);
        Assert.Equal((MessageKind.Verdict, Verdict.Pass), (reply.Kind, reply.Verdict));
        Assert.Equal(new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "ran it" }, Assert.Single(reply.Checks));
        Assert.Equal("All holds.", reply.Body!.ToDisplayText());

        var (one, two) = (_server!.Log[0].Tokens, _server.Log[1].Tokens);
        Assert.Equal(0, one.Cached);
        Assert.True(two.Cached >= one.Input - 1, $"{two}");
        Assert.True(two.New < one.New / 5, $"{one} {two}");
        var warm = Assert.Single(second.Usages);
        Assert.Equal((two.Input, two.Cached, two.Output), (warm.InputTokens, warm.CachedInputTokens, warm.OutputTokens));
        Assert.Equal("scripted", warm.Model);
        TestContext.Current.SendDiagnosticMessage(
            $"{kind}, second round: warm {two.New} new and {two.Cached} cached, a cold first one {one.New} new");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_builder_hands_over_its_words(string kind)
    {
        var handler = Start(kind, request => ModelAnswer.Say($"Round {request.Round}: mended."));
        var first = FakeRun.Build();
        Assert.Equal(new RunEnd.Done("Round 1: mended."), await handler.RunAsync(first, CancellationToken.None));
        var second = FakeRun.Build(Sample.Message(MessageKind.Verdict, 3), first.Kept);
        Assert.Equal(new RunEnd.Done("Round 2: mended."), await handler.RunAsync(second, CancellationToken.None));
        Assert.Empty(second.Said);
        Assert.Null(_server!.Log[1].Request.Schema);
        Assert.Contains("words of message 3", _server.Log[1].Request.Last);
        Assert.DoesNotContain("Keep quoted newlines", _server.Log[1].Request.Last);
    }

    [Theory]
    [InlineData("I think it is fine.", "bad_reply", "not the one JSON object")]
    [InlineData(
        "The work says {\"verdict\":\"pass\",\"checks\":[{\"id\":\"AC-1\",\"status\":\"pass\"}]}",
        "bad_reply", "not the one JSON object")]
    [InlineData("{\"verdict\":\"pass\",\"checks\":[]}", "bad_reply", "no check says that AC-1 passes")]
    [InlineData(
        "{\"verdict\":\"pass\",\"checks\":[{\"id\":\"AC-1\",\"status\":\"fail\"}]}",
        "bad_reply", "no check says that AC-1 passes")]
    [InlineData("{\"verdict\":\"fail\",\"checks\":[]}", "bad_reply", "no check says what fails")]
    [InlineData("{\"verdict\":\"PASS\",\"checks\":[]}", "bad_reply", "verdict: one of pass, fail, partial, blocked is wanted.")]
    [InlineData(
        "{\"verdict\":\"pass\",\"checks\":[{\"id\":\"AC-1\",\"status\":\"ok\"}]}",
        "bad_reply", "status: one of pass, fail, skipped is wanted.")]
    [InlineData(
        "{\"verdict\":\"pass\",\"checks\":[{\"id\":\"AC-1\",\"status\":\"pass\"},{\"id\":\"AC-1\",\"status\":\"fail\"}]}",
        "bad_reply", "AC-1 stands there twice")]
    [InlineData("[]", "bad_reply", "not the one JSON object")]
    [InlineData("  ", "no_answer", "with nothing")]
    public async Task What_is_no_verdict_is_none_and_goes_back_once(string text, string reason, string detail)
    {
        var handler = Start("chat client", request => ModelAnswer.Say(request.Answered == 0 ? text : Pass));
        var run = FakeRun.Verify();
        var refused = Assert.IsType<RunEnd.Refused>(await handler.RunAsync(run, CancellationToken.None));
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(detail, refused.Detail);
        Assert.Empty(run.Said);
        Assert.Single(run.Usages);

        var again = FakeRun.Verify(1, run.Kept, new Refusal(refused.Reason, refused.Detail));
        Assert.Equal(new RunEnd.Done(), await handler.RunAsync(again, CancellationToken.None));
        Assert.Equal(Verdict.Pass, Assert.Single(again.Said).Verdict);
        Assert.StartsWith("The answer that you gave last was not taken", _server!.Log[1].Request.Last);
    }

    [Fact]
    public async Task A_fenced_verdict_is_one()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say($"```json\n{Fail}\n```\n"));
        var run = FakeRun.Verify();
        Assert.Equal(new RunEnd.Done(), await handler.RunAsync(run, CancellationToken.None));
        Assert.Equal(Verdict.Fail, Assert.Single(run.Said).Verdict);
    }

    [Fact]
    public async Task The_form_of_a_verdict_names_the_criteria()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say(Fail));
        await handler.RunAsync(FakeRun.Verify(), CancellationToken.None);
        var schema = _server!.Log[0].Request.Schema!.ToJsonString();
        Assert.Contains("""{"id":{"type":"string","enum":["AC-1","AC-2"]}""", schema);
        Assert.Contains("\"enum\":[\"pass\",\"fail\",\"partial\",\"blocked\"]", schema);
    }

    [Theory]
    [InlineData(429, 9.0)]
    [InlineData(500, null)]
    [InlineData(529, 9.0)]
    [InlineData(503, null)]
    public async Task An_overloaded_model_is_tried_again_later(int status, double? seconds)
    {
        var after = seconds is { } some ? TimeSpan.FromSeconds(some) : (TimeSpan?)null;
        foreach (var kind in new[] { "chat client", "agent" })
        {
            var handler = Start(kind, _ => ModelAnswer.Refuse(status, after));
            var run = FakeRun.Verify();
            var later = Assert.IsType<RunEnd.Later>(await handler.RunAsync(run, CancellationToken.None));
            Assert.Equal(after, later.After);
            Assert.Contains($"{status}", later.Why);
            Assert.Empty(run.Usages);
            Assert.Null(run.Kept);
            Assert.Single(_server!.Log);
            await DisposeAsync();
        }
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(400)]
    public async Task A_wrong_key_or_model_is_for_the_operator(int status)
    {
        var handler = Start("chat client", _ => ModelAnswer.Refuse(status));
        var failed = Assert.IsType<RunEnd.Failed>(await handler.RunAsync(FakeRun.Verify(), CancellationToken.None));
        Assert.True(failed.ForGood);
        Assert.Contains($"{status}", failed.Why);
        Assert.DoesNotContain("key-1", failed.Why);
    }

    [Fact]
    public async Task A_broken_stream_is_no_answer()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say(Pass).With(new ModelFault { BreakAfter = 3 }));
        var run = FakeRun.Verify();
        Assert.IsType<RunEnd.Later>(await handler.RunAsync(run, CancellationToken.None));
        Assert.Empty(run.Said);
        Assert.Null(run.Kept);
    }

    [Fact]
    public async Task Bad_json_is_a_failure()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say(Pass).With(new ModelFault { IsBadJson = true }));
        var failed = Assert.IsType<RunEnd.Failed>(await handler.RunAsync(FakeRun.Verify(), CancellationToken.None));
        Assert.False(failed.ForGood);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say("and so on, ").With(new ModelFault { IsEndless = true }));
        var failed = Assert.IsType<RunEnd.Failed>(await handler.RunAsync(FakeRun.Build(), CancellationToken.None));
        Assert.Contains("longer than 200000 characters", failed.Why);
    }

    [Fact]
    public async Task A_silent_model_is_tried_again_later()
    {
        _server = ScriptedModelServer.Start(_ => ModelAnswer.Say(Pass).With(Silence));
        _client = Connect(TimeSpan.FromMilliseconds(300));
        var end = await new ChatClientHandler(_client).RunAsync(FakeRun.Verify(), CancellationToken.None);
        var later = Assert.IsType<RunEnd.Later>(end);
        Assert.Contains("in time", later.Why);
    }

    [Fact]
    public async Task A_cancelled_run_is_cancelled()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say(Pass).With(Silence));
        using var stop = new CancellationTokenSource();
        var run = handler.RunAsync(FakeRun.Verify(), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_model_that_nobody_serves_is_tried_again_later()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say(Pass));
        await _server!.DisposeAsync();
        Assert.IsType<RunEnd.Later>(await handler.RunAsync(FakeRun.Verify(), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_answered_but_not_sent_is_not_paid_for_again(string kind)
    {
        var handler = Start(kind, _ => ModelAnswer.Say(Fail));
        var first = FakeRun.Verify();
        await handler.RunAsync(first, CancellationToken.None);
        var again = FakeRun.Verify(1, first.Kept);
        Assert.Equal(new RunEnd.Done(), await handler.RunAsync(again, CancellationToken.None));
        Assert.Equal(Verdict.Fail, Assert.Single(again.Said).Verdict);
        Assert.Empty(again.Usages);
        Assert.Single(_server!.Log);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"answered":1,"text":"x","session":{"a":5}}""")]
    [InlineData("""{"kind":"another","answered":1,"text":"x","session":{"a":5}}""")]
    [InlineData("""{"kind":"chat_client","answered":1,"text":"x","session":{"a":5}}""")]
    [InlineData("\"another handler's\"")]
    public async Task A_session_that_cannot_be_read_begins_anew(string session)
    {
        foreach (var kind in new[] { "chat client", "agent" })
        {
            var handler = Start(kind, _ => ModelAnswer.Say(Fail));
            var run = FakeRun.Verify(2, JsonText.Parse(System.Text.Encoding.UTF8.GetBytes(session)));
            Assert.Equal(new RunEnd.Done(), await handler.RunAsync(run, CancellationToken.None));
            Assert.True(_server!.Log[0].Request.Mentions("Keep quoted newlines"));
            await DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_that_has_grown_too_long_begins_anew()
    {
        var handler = Start("chat client", _ => ModelAnswer.Say(Fail), new ModelAgentOptions { MaxSessionCharacters = 3_000 });
        var first = FakeRun.Verify();
        await handler.RunAsync(first, CancellationToken.None);
        await handler.RunAsync(FakeRun.Verify(2, first.Kept), CancellationToken.None);
        Assert.Equal(0, _server!.Log[1].Request.Answered);
        Assert.True(_server.Log[1].Request.Mentions("Keep quoted newlines"));
    }

    [Fact]
    public void A_key_that_is_not_there_is_named()
    {
        var model = new OpenAIModel { Model = "m", KeyVariable = "MESH_TEST_NO_SUCH_KEY" };
        Assert.StartsWith("MESH_TEST_NO_SUCH_KEY is not set", Assert.Throws<InvalidOperationException>(model.Connect).Message);
    }

    private IAgentHandler Start(string kind, Func<ModelRequest, ModelAnswer> script, ModelAgentOptions? options = null)
    {
        _server = ScriptedModelServer.Start(script);
        _client = Connect(TimeSpan.FromMinutes(1));
        return kind == "agent"
            ? new AIAgentHandler(new ChatClientAgent(_client, "You are careful.", "checker"), options)
            : new ChatClientHandler(_client, options);
    }

    private IChatClient Connect(TimeSpan patience) => new OpenAIModel
    {
        Model = "scripted",
        Address = new Uri(_server!.Address, "v1"),
        KeyVariable = null,
        Patience = patience,
    }.Connect();
}
