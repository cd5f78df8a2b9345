using DurableMesh.Cli.Experiments.Report;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>An experiment's pages say all that its figures say, and names of others are no markup in them.</summary>
public sealed class PagesTests
{
    private const string Hostile = "<script>alert(1)</script>|[x](y)`_";
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private static readonly ExperimentPlan Plan = ExperimentPlan.Create(
        "pages",
        new ExperimentWorkload("tasks", new string('a', 64)),
        new ExperimentPair("codecraft-builder", "proveo-verifier", Pattern.BuilderVerifier),
        Enum.GetValues<ExperimentArm>(),
        [Hostile, "t2"],
        repetitions: 1,
        seed: 7,
        ["gpt-5.4-mini"]);

    [Fact]
    public void Names_are_no_markup_in_html()
    {
        string page = HtmlOf([.. Plan.Order.Select((slot, n) => Run(slot, n))]);

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.Equal(5, page.Split("<svg").Length - 1);
    }

    [Fact]
    public void Names_are_no_markup_in_markdown()
    {
        ArmRun[] runs = [.. Plan.Order.Select((slot, n) => Run(slot, n))];
        string page = MarkdownPage.Of(Plan, ExperimentResult.Of(Plan, runs), runs);

        Assert.Contains("\\<script\\>alert(1)\\</script\\>\\|\\[x\\](y)\\`\\_", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_price_is_said_and_is_not_zero()
    {
        ArmRun[] runs = [.. Plan.Order.Select((slot, n) => Run(slot, n) with { CostUsd = null, Unpriced = "a-model" })];
        string page = MarkdownPage.Of(Plan, ExperimentResult.Of(Plan, runs), runs);

        Assert.Contains("a-model", page, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0000", page.Split("## The arms")[1].Split("## Verdicts")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Crashes_and_tokens_that_were_counted_here_are_said()
    {
        ArmRun[] runs =
        [
            .. Plan.Order.Select((slot, n) => n == 0
                ? Run(slot, n) with { Crashed = true, Failure = "the disk is full", EndState = null }
                : Run(slot, n) with { TokensFrom = TokenSource.Tokenizer }),
        ];
        string page = MarkdownPage.Of(Plan, ExperimentResult.Of(Plan, runs), runs);

        Assert.Contains("1 crashed: the disk is full", page, StringComparison.Ordinal);
        Assert.Contains("The tokens of 5 runs were counted by o200k", page, StringComparison.Ordinal);
        Assert.Contains("With one repetition", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_experiment_without_a_run_has_pages_too()
    {
        Assert.Contains("0 of 6 runs", HtmlOf([]), StringComparison.Ordinal);
    }

    private static string HtmlOf(IReadOnlyList<ArmRun> runs) => HtmlPage.Of(Plan, ExperimentResult.Of(Plan, runs), runs);

    private static ArmRun Run(ExperimentSlot slot, int n) => new()
    {
        Task = slot.Task,
        Arm = slot.Arm,
        Repetition = slot.Repetition,
        StartedAt = Noon.AddMinutes(n),
        Crashed = false,
        InputUncached = 1000 + n,
        InputCached = 10,
        InputWritten = 0,
        Output = 100,
        TokensFrom = TokenSource.Provider,
        CostUsd = 0.01m,
        WallSeconds = 1 + n,
        Rounds = 1,
        Retries = 0,
        EndState = EndState.Pass,
        HiddenCheck = HiddenCheck.Pass,
    };
}
