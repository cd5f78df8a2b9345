using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.AI;

namespace DurableMesh.Tests.Agents.AI;

/// <summary>A party's turn asked of a model, over HTTP, from the thread's messages alone.</summary>
public sealed class ThreadModelTests : IAsyncDisposable
{
    private const string Pass =
        """{"verdict":"pass","summary":"All holds.","checks":[{"id":"AC-1","status":"pass","detail":"ran it"}]}""";
    private const string Fail =
        """{"verdict":"fail","summary":"Row 7.","checks":[{"id":"AC-1","status":"fail","detail":"row 7 is lost"}]}""";

    private readonly HttpClient _http = ProviderCall.CreateHttp(TimeProvider.System);
    private ScriptedModelServer? _server;

    public static TheoryData<string> Kinds => ["openai", "anthropic"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await (_server?.DisposeAsync() ?? default);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Another_round_only_adds_to_the_end_of_the_prompt(string kind)
    {
        var model = Start(kind, request => ModelAnswer.Say(request.Answered == 0 ? Fail : Pass));
        var first = await AskAsync(model, Messages(rounds: 1));
        var second = await AskAsync(model, Messages(rounds: 2));

        Assert.Equal((MessageKind.Verdict, Verdict.Fail), (first.Reply!.Kind, first.Reply.Verdict));
        Assert.Equal(Verdict.Pass, second.Reply!.Verdict);
        Assert.Equal("All holds.", second.Reply.Body!.ToDisplayText());
        var (one, two) = (_server!.Log[0], _server.Log[1]);
        Assert.NotNull(one.Request.Schema);
        var shared = one.Request.Prompt.Select(part => part.Text).ToList();
        Assert.Equal(shared, two.Request.Prompt.Select(part => part.Text).Take(shared.Count));
        Assert.True(two.Tokens.Cached >= one.Tokens.Input - 2, $"{one.Tokens} {two.Tokens}");
        Assert.Equal(
            (two.Tokens.Input, two.Tokens.Cached, two.Tokens.Written, two.Tokens.Output),
            (second.Spent!.InputTokens, second.Spent.CachedInputTokens, second.Spent.CacheWriteTokens,
                second.Spent.OutputTokens));
        Assert.Equal("priced", second.Spent.Model);
        Assert.Equal(kind == "anthropic", two.Tokens.Written > 0);
        TestContext.Current.SendDiagnosticMessage($"{kind}: first {one.Tokens}, second {two.Tokens}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_worst_case_covers_what_the_call_takes(string kind)
    {
        var model = Start(kind, _ => ModelAnswer.Say(Pass));
        var turn = TurnOf(Messages(rounds: 3), refused: new Refusal("bad_reply", "no JSON"));
        var worst = model.WorstCase(turn, Messages(rounds: 3), Sample.Verifier, writesCache: kind == "anthropic");
        await model.AskAsync(turn, Messages(rounds: 3), Sample.Verifier, failing: null, Stop);

        var took = Assert.Single(_server!.Log).Tokens;
        Assert.True(worst.InputTokens >= took.Input && worst.OutputTokens >= took.Output, $"{worst} {took}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_answer_of_the_wrong_form_can_be_mended(string kind)
    {
        var model = Start(kind, request => ModelAnswer.Say(
            request.Mentions("was not taken (bad_reply)") ? Pass : "I say PASS, it is fine."));
        var first = await AskAsync(model, Messages(rounds: 1));
        var refused = Assert.IsType<RunEnd.Refused>(first.End);
        Assert.Null(first.Reply);
        Assert.NotNull(first.Spent);

        var mended = await AskAsync(model, Messages(rounds: 1), new Refusal(refused.Reason, refused.Detail));
        Assert.Equal(Verdict.Pass, mended.Reply!.Verdict);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Failed_checks_are_heard_of_while_the_model_goes_on(string kind)
    {
        const string Long =
            """
            {"verdict":"fail","summary":"a {\"id\":\"no\",\"status\":\"fail\"} b","checks":[
             {"id":"AC-1","status":"fail","detail":"a } in it"},{"id":"AC-2","status":"pass"},{"id":"AC-3","status":"fail"}]}
            """;
        var model = Start(kind, _ => ModelAnswer.Say(Long));
        List<string> heard = [];
        var answer = await model.AskAsync(
            TurnOf(Messages(1)), Messages(1), Sample.Verifier,
            check =>
            {
                heard.Add(check.Id);
                return default;
            },
            Stop);

        Assert.Equal(["AC-1", "AC-3"], heard);
        Assert.Equal(3, answer.Reply!.Checks.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_builder_hands_over_words_without_what_nobody_sees(string kind)
    {
        var model = Start(kind, _ => ModelAnswer.Say("Mended.\u001b[31m PASS\u202e"));
        var brief = FakeRun.Brief;
        var turn = new AgentTurn(Sample.Thread(), brief, brief, []);
        var answer = await model.AskAsync(turn, [brief], Sample.Builder, failing: null, Stop);

        Assert.Equal(MessageKind.Submission, answer.Reply!.Kind);
        Assert.Null(answer.Reply.Verdict);
        Assert.Equal("Mended.·[31m PASS·", answer.Reply.Body!.ToDisplayText());
    }

    [Theory]
    [InlineData("openai", 429, true)]
    [InlineData("anthropic", 429, true)]
    [InlineData("openai", 500, true)]
    [InlineData("anthropic", 529, true)]
    [InlineData("openai", 401, false)]
    [InlineData("anthropic", 401, false)]
    [InlineData("openai", 302, false)]
    [InlineData("anthropic", 302, false)]
    public async Task A_status_says_whether_another_try_may_do(string kind, int status, bool mayPass)
    {
        var model = Start(kind, _ => ModelAnswer.Refuse(status, status == 429 ? TimeSpan.FromSeconds(17) : null));
        var answer = await AskAsync(model, Messages(1));

        Assert.Null(answer.Reply);
        Assert.Equal(new Usage { Model = "priced" }, answer.Spent);
        if (mayPass)
        {
            Assert.Equal(
                status == 429 ? TimeSpan.FromSeconds(17) : null, Assert.IsType<RunEnd.Later>(answer.End).After);
        }
        else
        {
            Assert.True(Assert.IsType<RunEnd.Failed>(answer.End).ForGood);
        }

        Assert.Equal("key-of-the-call", Assert.Single(_server!.Log).IdempotencyKey);
        Assert.Equal("sk-test", _server.Log[0].Key);
    }

    [Theory]
    [InlineData("openai", "endless")]
    [InlineData("anthropic", "endless")]
    [InlineData("openai", "bad json")]
    [InlineData("anthropic", "bad json")]
    [InlineData("openai", "broken off")]
    [InlineData("anthropic", "broken off")]
    [InlineData("openai", "blank")]
    [InlineData("anthropic", "blank")]
    public async Task What_is_no_answer_is_none_and_what_it_cost_is_not_known(string kind, string fault)
    {
        var model = Start(kind, _ => fault switch
        {
            "endless" => ModelAnswer.Say(Pass).With(new ModelFault { IsEndless = true }),
            "bad json" => ModelAnswer.Say(Pass).With(new ModelFault { IsBadJson = true }),
            "blank" => ModelAnswer.Say(" \n "),
            _ => ModelAnswer.Say(Pass).With(new ModelFault { BreakAfter = 2 }),
        });
        var answer = await AskAsync(model, Messages(1));

        Assert.Null(answer.Reply);
        Assert.IsNotType<RunEnd.Done>(answer.End);
        Assert.Equal(fault == "blank", answer.Spent is not null);
    }

    private ThreadModel Start(string kind, Func<ModelRequest, ModelAnswer> script)
    {
        _server = ScriptedModelServer.Start(script);
        var client = kind == "openai"
            ? new OpenAIModel { Model = "scripted", Address = new Uri(_server.Address, "v1") }.Connect("sk-test", _http)
            : new AnthropicModel { Model = "scripted", Address = _server.Address }.Connect("sk-test", _http);
        return new ThreadModel(client, new ModelAgentOptions { Model = "priced", MaxAnswerCharacters = 20_000 });
    }

    private static async Task<ThreadAnswer> AskAsync(
        ThreadModel model, IReadOnlyList<MessageView> messages, Refusal? refused = null)
    {
        ProviderCall.Begin("key-of-the-call");
        return await model.AskAsync(TurnOf(messages, refused), messages, Sample.Verifier, failing: null, Stop);
    }

    private static AgentTurn TurnOf(IReadOnlyList<MessageView> messages, Refusal? refused = null) => new(
        Sample.Thread() with { Awaiting = Sample.Verifier }, messages[0], messages[^1], [messages[^1]], refused);

    /// <summary>The brief, and a submission and the verdict on it in each round but the last.</summary>
    private static List<MessageView> Messages(int rounds)
    {
        List<MessageView> messages = [FakeRun.Brief];
        for (var round = 1; round <= rounds; round++)
        {
            messages.Add(Sample.Message(MessageKind.Submission, (round * 3) - 1));
            if (round < rounds)
            {
                messages.Add(Sample.Message(MessageKind.Verdict, round * 3) with
                {
                    Body = JsonText.OfString("Row 7."),
                    Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "row 7 is lost" }],
                });

                // It crossed the verdict on its way: news for the next round.
                messages.Add(Sample.Message(MessageKind.Note, (round * 3) + 1, Sample.Builder));
            }
        }

        return messages;
    }
}
