using DurableMesh.Agents;
using DurableMesh.Core.Money;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;

namespace DurableMesh.Tests.Functions.Responder;

/// <summary>What becomes of a message whose recipient the mesh reaches itself.</summary>
public sealed class ReplyTests : IAsyncDisposable
{
    private readonly ReplyFixture _fixture = new(new ResponderOptions { MaxTries = 3 });

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task An_answer_comes_into_the_thread_once()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = _ => Answer(Pass());

        Assert.Equal("sent", await _fixture.ReplyAsync(id));
        var again = await _fixture.ReplyAsync(id);

        Assert.StartsWith("left: the thread is not open", again, StringComparison.Ordinal);
        var thread = await _fixture.ThreadAsync(id);
        Assert.Equal((EndState.Pass, EndReason.Verified), (thread.EndState, thread.Reason));
        var message = Assert.Single(await _fixture.MessagesAsync(id));
        Assert.Equal(("respond-2", MessageKind.Verdict, 2), (message.MessageId, message.Kind, message.InReplyTo));
        var call = Assert.Single(_fixture.Calls);
        Assert.Equal($"respond:{id}:2", call.IdempotencyKey);
        Assert.Equal([1, 2], call.Messages.Select(one => one.Sequence));
        Assert.Equal("Mended.", call.Turn.Message.Body!.ToDisplayText());
    }

    [Fact]
    public async Task An_answer_that_was_sent_but_not_noted_is_not_sent_again()
    {
        var id = await _fixture.SubmittedAsync();
        var answers = 0;
        _fixture.Agent = async _ =>
        {
            // Another host is faster, with other words.
            var number = ++answers;
            if (number == 1)
            {
                await _fixture.ReplyAsync(id);
            }

            return new AdapterAnswer(new RunEnd.Done(), AgentReply.Of(MessageKind.Question, $"Which row? ({number})"));
        };

        var end = await _fixture.ReplyAsync(id);

        Assert.StartsWith("left: ", end, StringComparison.Ordinal);
        Assert.Equal("respond-2", Assert.Single(await _fixture.MessagesAsync(id)).MessageId);
    }

    [Theory]
    [InlineData(MessageKind.Note)]
    [InlineData(MessageKind.Finding)]
    public async Task A_note_is_never_answered(MessageKind kind)
    {
        var id = await _fixture.SubmittedAsync();
        await _fixture.Mesh.SendAsync(id, SampleThread.MessageOf("n-1", SampleThread.Builder, kind));

        Assert.StartsWith("left: ", await _fixture.ReplyAsync(id, sequence: 3), StringComparison.Ordinal);
        Assert.Empty(_fixture.Calls);
    }

    [Fact]
    public async Task Nobody_is_asked_who_does_not_have_the_move_or_comes_by_himself()
    {
        var id = await _fixture.SubmittedAsync();

        Assert.StartsWith(
            "left: the move is", await _fixture.ReplyAsync(id, 1, SampleThread.Builder), StringComparison.Ordinal);
        await _fixture.Mesh.SendAsync(id, SampleThread.MessageOf("q-1", SampleThread.Verifier, MessageKind.Question));
        Assert.Contains(
            "comes for its messages itself", await _fixture.ReplyAsync(id, 3, SampleThread.Builder), StringComparison.Ordinal);
        Assert.StartsWith("left: ", await _fixture.ReplyAsync(id), StringComparison.Ordinal);
        Assert.Empty(_fixture.Calls);
    }

    [Fact]
    public async Task Another_try_has_the_same_key_and_an_agent_that_stays_away_ends_the_thread()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = _ => Answer(
            new RunEnd.Later("It answers 500.", _fixture.Calls.Count == 2 ? TimeSpan.FromSeconds(40) : null));

        Assert.StartsWith(
            "given up: It failed 3 times. It answers 500.", await _fixture.ReplyAsync(id), StringComparison.Ordinal);

        Assert.Single(_fixture.Calls.Select(call => call.IdempotencyKey).Distinct());
        Assert.Equal(3, _fixture.Calls.Count);
        Assert.InRange(_fixture.Pauses[0], TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.FromSeconds(40), _fixture.Pauses[1]);
        var thread = await _fixture.ThreadAsync(id);
        Assert.Equal((EndState.Blocked, EndReason.AgentUnreachable), (thread.EndState, thread.Reason));
        Assert.Contains("It answers 500.", thread.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_the_wrong_form_goes_back_once_and_what_both_calls_took_counts()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = call => Task.FromResult(call.Turn.Refused is null
            ? new AdapterAnswer(new RunEnd.Refused("bad_reply", "no JSON"), null, new Usage { Model = "m", InputTokens = 10 })
            : new AdapterAnswer(new RunEnd.Done(), Pass(), new Usage { Model = "m", InputTokens = 20 }));

        Assert.Equal("sent", await _fixture.ReplyAsync(id));

        Assert.Equal(new Refusal("bad_reply", "no JSON"), _fixture.Calls[1].Turn.Refused);
        Assert.Equal($"respond:{id}:2:again", _fixture.Calls[1].IdempotencyKey);
        Assert.Equal(30, Assert.Single(await _fixture.MessagesAsync(id)).Usage!.InputTokens);
    }

    [Fact]
    public async Task A_pass_that_the_thread_does_not_take_goes_back_once()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = _ => Answer(Pass() with { Checks = [] });

        Assert.StartsWith(
            "given up: Its answer was refused twice, unsupported_pass", await _fixture.ReplyAsync(id), StringComparison.Ordinal);

        Assert.Equal(2, _fixture.Calls.Count);
        Assert.Equal(EndState.Blocked, (await _fixture.ThreadAsync(id)).EndState);
    }

    [Fact]
    public async Task The_worst_case_is_reserved_before_and_settled_after()
    {
        Price();
        var id = await _fixture.SubmittedAsync();
        _fixture.Worst = new Usage { Model = "m", InputTokens = 100_000 };
        _fixture.Agent = async _ =>
        {
            Assert.Equal(0.3m, (await _fixture.ThreadAsync(id)).ReservedUsd!.Responder);
            return new AdapterAnswer(
                new RunEnd.Done(), AgentReply.Of(MessageKind.Question, "Which?"), new Usage { Model = "m", InputTokens = 1_000 });
        };

        Assert.Equal("sent", await _fixture.ReplyAsync(id));

        var thread = await _fixture.ThreadAsync(id);
        Assert.Null(thread.ReservedUsd);
        Assert.Equal(0.003m, thread.Usage.CostUsd);
    }

    [Fact]
    public async Task A_call_that_cannot_fit_is_never_made()
    {
        Price();
        var id = await _fixture.SubmittedAsync();
        _fixture.Worst = new Usage { Model = "m", InputTokens = 100_000_000 };

        Assert.StartsWith("left: ", await _fixture.ReplyAsync(id), StringComparison.Ordinal);

        Assert.Empty(_fixture.Calls);
        Assert.Equal(EndReason.CostCap, (await _fixture.ThreadAsync(id)).Reason);
    }

    [Fact]
    public async Task A_second_call_must_fit_beside_what_the_first_took()
    {
        Price();
        var id = await _fixture.SubmittedAsync();
        _fixture.Worst = new Usage { Model = "m", InputTokens = 400_000 };
        _fixture.Agent = _ => Task.FromResult(new AdapterAnswer(
            new RunEnd.Later("broken off"), null, new Usage { Model = "m", InputTokens = 400_000 }));

        Assert.StartsWith("left: ", await _fixture.ReplyAsync(id), StringComparison.Ordinal);

        Assert.Single(_fixture.Calls);
        Assert.Equal(EndReason.CostCap, (await _fixture.ThreadAsync(id)).Reason);
    }

    [Fact]
    public async Task A_model_without_a_price_is_not_asked_where_the_policy_denies_it()
    {
        _fixture.Mesh.Policy = MeshPolicy.Standard with { Unpriced = UnpricedUsage.Deny };
        var id = await _fixture.SubmittedAsync();
        _fixture.Worst = new Usage { Model = "m", InputTokens = 10 };

        Assert.StartsWith("given up: There is no money for the call.", await _fixture.ReplyAsync(id), StringComparison.Ordinal);

        Assert.Empty(_fixture.Calls);
        Assert.Equal(EndReason.AgentUnreachable, (await _fixture.ThreadAsync(id)).Reason);
    }

    [Fact]
    public async Task A_question_for_a_sign_of_life_is_answered_by_the_mesh_and_marked()
    {
        var id = await _fixture.SubmittedAsync();
        await _fixture.Mesh.SendAsync(id, SampleThread.MessageOf("q-1", SampleThread.Verifier, MessageKind.Question) with
        {
            Body = JsonText.Parse("""{"acknowledge":true}"""u8),
        });

        Assert.Equal("acknowledged", await _fixture.ReplyAsync(id, 3, SampleThread.Builder));

        var answer = Assert.Single(await _fixture.MessagesAsync(id, after: 3));
        Assert.Equal((MessageKind.Answer, true, SampleThread.Builder), (answer.Kind, answer.Plumbing, answer.From));
        Assert.Empty(_fixture.Calls);
    }

    [Fact]
    public async Task Checks_that_fail_are_told_while_the_agent_goes_on()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = async call =>
        {
            await call.Failing!(new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "row\u001b 7" });
            Assert.Equal(1, (await _fixture.ThreadAsync(id)).Findings);
            return new AdapterAnswer(new RunEnd.Done(), AgentReply.Of(MessageKind.Question, "Which?"));
        };

        Assert.Equal("sent", await _fixture.ReplyAsync(id));
        var finding = (await _fixture.MessagesAsync(id))[0];
        Assert.Equal(
            ("respond-2-finding-1", MessageKind.Finding, "row· 7"), (finding.MessageId, finding.Kind, finding.Checks[0].Detail));
    }

    [Fact]
    public async Task What_an_agent_says_is_redacted_before_anything_keeps_it()
    {
        const string Secret = "anna.schmidt@codecraft.example";
        var id = await _fixture.SubmittedAsync(zone: "restricted");
        _fixture.Agent = call => Answer(
            call.Turn.Refused is null
                ? new RunEnd.Refused("bad_reply", $"no JSON: {Secret}")
                : new RunEnd.Later($"{Secret} fails"));

        await _fixture.ReplyAsync(id);

        Assert.DoesNotContain(_fixture.History, json => json.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, (await _fixture.ThreadAsync(id)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_answers_by_itself_is_left_to_do_so()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = _ => Answer(new RunEnd.Done());

        Assert.Equal("the agent answers by itself", await _fixture.ReplyAsync(id));
        Assert.Equal(ThreadPhase.Open, (await _fixture.ThreadAsync(id)).State);
    }

    [Fact]
    public async Task An_agent_at_work_is_looked_after_and_not_asked_again()
    {
        var id = await _fixture.SubmittedAsync();
        _fixture.Agent = call => Task.FromResult(call.Resume is null || _fixture.Calls.Count < 6
            ? new AdapterAnswer(new RunEnd.Later("It goes on.")) { Resume = "task-7", IsAtWork = true }
            : new AdapterAnswer(new RunEnd.Done(), Pass()));

        Assert.Equal("sent", await _fixture.ReplyAsync(id));
        Assert.Equal([null, .. Enumerable.Repeat("task-7", 5)], _fixture.Calls.Select(call => call.Resume));
    }

    private static AgentReply Pass() => new()
    {
        Kind = MessageKind.Verdict,
        Verdict = Verdict.Pass,
        Checks = SampleThread.PassOf("p").Checks,
    };

    private static Task<AdapterAnswer> Answer(AgentReply reply) => Task.FromResult(new AdapterAnswer(new RunEnd.Done(), reply));

    private static Task<AdapterAnswer> Answer(RunEnd end) => Task.FromResult(new AdapterAnswer(end));

    private void Price() => _fixture.Mesh.Policy = MeshPolicy.Standard with
    {
        Prices = new PriceTable(
        [
            new ModelPrice { Model = "m", From = DateTimeOffset.UnixEpoch, InputPerMillion = 3, OutputPerMillion = 15 },
        ]),
    };
}
