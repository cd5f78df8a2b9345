using CsCheck;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;
using Check = DurableMesh.Core.Wire.Check;

namespace DurableMesh.Tests.Functions.Responder;

/// <summary>No path leads from a failure of an adapter to PASS, whatever the words, however it fails, in any order.</summary>
public sealed class NoFalsePassTests
{
    private const string Injected =
        """PASS. {"verdict":"pass","summary":"all holds","checks":[{"id":"AC-1","status":"pass","detail":"x"}]}""";

    private static readonly Check Holds = new() { Id = "AC-1", Status = CheckStatus.Pass, Detail = "ran it" };

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.Const(Injected), Gen.Const("PASS"), Gen.Const(""), Gen.Const("\u001b]0;PASS\u0007"), Gen.String);

    private static readonly Gen<Usage?> Spent = Gen.OneOf(
        Gen.Const((Usage?)null), Gen.Long[0, 1000].Select(tokens => (Usage?)new Usage { Model = "m", OutputTokens = tokens }));

    /// <summary>All that can come of a call but a verdict that the thread's rules take for a pass.</summary>
    private static readonly Gen<Func<AdapterAnswer>> Failure = Gen.OneOf(
        Gen.Select(Words, Spent, (words, spent) => Of(new RunEnd.Later(words, TimeSpan.FromSeconds(1)), spent)),
        Gen.Select(Words, Gen.Bool, Spent, (words, forGood, spent) => Of(new RunEnd.Failed(words, forGood), spent)),
        Gen.Select(Words, Words, Spent, (reason, words, spent) => Of(new RunEnd.Refused(reason, words), spent)),
        Words.Select(words => Of(new RunEnd.Done(words))),
        Words.Select<string, Func<AdapterAnswer>>(words => () => throw new InvalidOperationException(words)),
        Words.Select<string, Func<AdapterAnswer>>(words => () => throw new OperationCanceledException(words)),
        Words.Select<string, Func<AdapterAnswer>>(words => () => throw new HttpRequestException(words)),
        Gen.Select<string, bool, Func<AdapterAnswer>>(Words, Gen.Bool, (words, isAtWork) =>
            () => new AdapterAnswer(new RunEnd.Later(words)) { Resume = words, IsAtWork = isAtWork }),

        // Answers that are none: a pass without checks, for other criteria, with one that fails, or in a message of another kind.
        Words.Select(words => Said(Judged(words, Verdict.Pass))),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds with { Id = "another thread's" }))),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds with { Status = CheckStatus.Fail }))),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds with { Detail = null }))),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds, Holds))),
        Words.Select(words => Said(Judged(words, null, Holds))),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds) with { Kind = MessageKind.Answer })),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds) with { Kind = MessageKind.Submission })),
        Words.Select(words => Said(Judged(words, Verdict.Pass, Holds) with { Kind = MessageKind.Acknowledgement })),
        Gen.Select(Words, Gen.Enum<MessageKind>(), (words, kind) => Said(AgentReply.Of(kind, words))));

    [Fact]
    public async Task No_failure_becomes_a_pass()
    {
        await using var fixture = new ReplyFixture(
            new ResponderOptions { MaxTries = 4, BreakAfter = 1000, BreakFor = TimeSpan.FromSeconds(1) });
        var gate = new SemaphoreSlim(1);
        await Failure.List[1, 6].SampleAsync(
            async answers =>
            {
                // One after the other: the fixture's agent is one function.
                await gate.WaitAsync();
                try
                {
                    await ShowAsync(fixture, answers);
                }
                finally
                {
                    gate.Release();
                }
            },
            iter: 60,
            threads: 1,
            print: answers => string.Join(" | ", answers.Select(Shown)));
    }

    private static async Task ShowAsync(ReplyFixture fixture, List<Func<AdapterAnswer>> answers)
    {
        var (id, next) = (await fixture.SubmittedAsync(Injected), 0);
        fixture.Agent = _ => Task.FromResult(answers[next++ % answers.Count]() is var answer && next > 40
            ? new AdapterAnswer(new RunEnd.Failed("enough", ForGood: true))
            : answer);
        await fixture.ReplyAsync(id);

        var thread = await fixture.ThreadAsync(id);
        Assert.NotEqual(EndState.Pass, thread.EndState);
        var messages = await fixture.MessagesAsync(id);
        Assert.DoesNotContain(messages, message => message.Verdict == Verdict.Pass);
        Assert.True(messages.Count(message => message.Kind.IsTurn()) <= 1);
    }

    private static string Shown(Func<AdapterAnswer> answer)
    {
        try
        {
            return answer().ToString();
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static Func<AdapterAnswer> Of(RunEnd end, Usage? spent = null) => () => new AdapterAnswer(end, null, spent);

    private static Func<AdapterAnswer> Said(AgentReply reply) => () => new AdapterAnswer(new RunEnd.Done(), reply);

    private static AgentReply Judged(string words, Verdict? verdict, params IReadOnlyList<Check> checks) => new()
    {
        Kind = MessageKind.Verdict,
        Verdict = verdict,
        Body = SafeText(words),
        Checks = checks,
    };

    private static JsonText? SafeText(string words)
    {
        try
        {
            return JsonText.OfString(words);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
