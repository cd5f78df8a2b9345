using DurableMesh.Core.Experiments;

namespace DurableMesh.Tests.Core.Experiments;

public sealed class LiveComparisonTests
{
    private static readonly ExperimentEvidence Evidence = SampleExperiment.RollOut();

    [Fact]
    public void Threads_that_take_as_little_as_the_experiments_did_hold()
    {
        var look = LiveComparison.Of(Evidence, Threads(20, tokens: 8_000, seconds: 6));
        Assert.Equal((LiveVerdict.Holds, 20, 20), (look.Verdict, look.Threads, look.Passes));
        Assert.Equal((8_000, 6), (look.Tokens!.LiveMean, look.Time!.LiveMean));
        Assert.Equal(10, look.Time.BaselineMean);
        Assert.Equal(0.4, look.Time.Saving!.Value, 9);
        Assert.StartsWith("The saving may still be there: tokens for each passed task ", look.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_that_take_as_much_as_the_baseline_have_lost_the_saving()
    {
        var look = LiveComparison.Of(Evidence, Threads(20, tokens: 12_700, seconds: 10));
        Assert.Equal(LiveVerdict.Gone, look.Verdict);
        Assert.True(look.Tokens!.Upper < 0.2 && look.Time!.Upper < 0.3);
    }

    [Fact]
    public void Time_alone_keeps_a_pair() =>
        Assert.Equal(LiveVerdict.Holds, LiveComparison.Of(Evidence, Threads(20, tokens: 12_700, seconds: 2)).Verdict);

    [Fact]
    public void Threads_that_fail_make_the_passes_dear()
    {
        var threads = Threads(20, tokens: 8_000, seconds: 10).Select((one, at) => one with { Passed = at % 4 == 0 });
        var look = LiveComparison.Of(Evidence, [.. threads]);
        Assert.Equal((LiveVerdict.Gone, 5, 32_000), (look.Verdict, look.Passes, look.Tokens!.LiveMean));
    }

    [Fact]
    public void Where_nothing_passes_there_is_no_price_and_no_saving()
    {
        var failed = Threads(8, tokens: 10, seconds: 10).Select(one => one with { Passed = false });
        var look = LiveComparison.Of(Evidence, [.. failed]);
        Assert.Equal(LiveVerdict.Gone, look.Verdict);
        Assert.Equal((null, null, null), (look.Tokens!.LiveMean, look.Tokens.Lower, look.Tokens.Upper));
        Assert.Contains("tokens for each passed task unknown less", look.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Few_threads_say_nothing(int count)
    {
        var look = LiveComparison.Of(Evidence, Threads(count, tokens: 90_000, seconds: 90));
        Assert.Equal(LiveVerdict.NotEnoughData, look.Verdict);
        Assert.Equal($"{count} threads are too few: at least 6 are wanted.", look.Words);
    }

    private static LiveThread[] Threads(int count, long tokens, double seconds) =>
        [.. Enumerable.Range(0, count).Select(number => new LiveThread($"t-{number}", tokens, seconds, Passed: true))];
}
