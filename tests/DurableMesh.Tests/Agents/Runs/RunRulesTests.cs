using DurableMesh.Agents;
using DurableMesh.Agents.Runs;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class RunRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan RetryFor = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(1, 0.0, 0.5)]
    [InlineData(1, 1.0, 1.5)]
    [InlineData(2, 0.5, 2)]
    [InlineData(5, 0.5, 16)]
    [InlineData(40, 0.5, 60)]
    public void The_pause_after_a_failure_doubles_up_to_a_minute_and_is_spread(int attempt, double jitter, double seconds)
    {
        var again = Assert.IsType<RunStep.Again>(RunRules.Next(Tried(attempt), new RunEnd.Failed("x"), RetryFor, Now, jitter));

        Assert.Equal((seconds, "x"), ((again.At - Now).TotalSeconds, again.Why));
    }

    [Fact]
    public void An_outage_of_ten_seconds_costs_no_more_than_four_failures()
    {
        var (at, failures) = (Now, 0);
        var record = Tried(1);
        while (at < Now.AddSeconds(10))
        {
            failures++;
            at = Assert.IsType<RunStep.Again>(RunRules.Next(record, new RunEnd.Failed("x"), RetryFor, at, 0.5)).At;
            record = record with { Attempt = record.Attempt + 1 };
        }

        Assert.Equal(4, failures);
    }

    [Fact]
    public void A_message_that_fails_is_given_up_when_its_time_is_over()
    {
        var record = Tried(9) with { FirstTry = Now - RetryFor + TimeSpan.FromSeconds(30) };

        var given = Assert.IsType<RunStep.GiveUp>(RunRules.Next(record, new RunEnd.Failed("exit 7"), RetryFor, Now, 0.5));

        Assert.Equal("It failed 9 times in PT9M30S. exit 7", given.Why);
    }

    [Fact]
    public void Not_now_is_no_failure_however_long_it_lasts()
    {
        var record = Tried(9) with { FirstTry = Now.AddDays(-1) };

        Assert.Equal(
            new RunStep.Again(Now.AddMinutes(5), "busy", null),
            RunRules.Next(record, new RunEnd.Later("busy", TimeSpan.FromMinutes(5)), RetryFor, Now, 0.5));
    }

    [Fact]
    public void A_failure_for_good_is_given_up_at_once() =>
        Assert.Equal(
            new RunStep.GiveUp("no key"),
            RunRules.Next(Tried(1), new RunEnd.Failed("no key", ForGood: true), RetryFor, Now, 0.5));

    [Fact]
    public void What_is_refused_goes_back_once_and_is_not_paid_for_again_after_that()
    {
        var refused = new RunEnd.Refused("unsupported_pass", "AC-2 is not covered.");

        var again = Assert.IsType<RunStep.Again>(RunRules.Next(Tried(1), refused, RetryFor, Now, 0.5));
        Assert.Equal((Now, new Refusal("unsupported_pass", "AC-2 is not covered.")), (again.At, again.Refusal));

        var given = RunRules.Next(Tried(2) with { Refused = again.Refusal }, refused, RetryFor, Now, 0.5);
        Assert.IsType<RunStep.GiveUp>(given);
    }

    [Fact]
    public void A_failure_between_does_not_forget_what_was_refused()
    {
        var record = Tried(2) with { Refused = new Refusal("bad_reply", "x") };

        var again = Assert.IsType<RunStep.Again>(RunRules.Next(record, new RunEnd.Failed("exit 1"), RetryFor, Now, 0.5));

        Assert.Equal(record.Refused, again.Refusal);
    }

    private static RunRecord Tried(int attempt) => new() { ThreadId = "t", Sequence = 2, Attempt = attempt, FirstTry = Now };
}
