using System.Text;
using System.Text.Json;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Tests.Core.Agents;

namespace DurableMesh.Tests.Core.Ledger;

public sealed class BaselineTests
{
    private const string File = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    private const string Other = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
    private static readonly PairKey Pair = new("b", "v", Pattern.BuilderVerifier);

    [Fact]
    public void A_line_counts_once_however_often_its_file_comes()
    {
        var once = Import(Baseline.Empty, File, Line(1), Line(2));
        var twice = Import(once, File, Line(2), Line(3, input: 7));

        Assert.Equal([1, 2, 3], twice.LinesOf(File));
        Assert.Equal(3, twice.Rows[Pair].Numbers.Runs);
        Assert.Same(twice, Import(twice, File, Line(1, input: 99)));
        Assert.Equal(4, Import(twice, Other, Line(1)).Rows[Pair].Numbers.Runs);
    }

    [Fact]
    public void A_file_that_is_forgotten_counts_no_more_and_may_come_again()
    {
        var both = Import(Import(Baseline.Empty, File, Line(1)), Other, Line(1), Line(2));
        var left = Of(both, new ForgetBaseline(Other));

        Assert.Equal(1, left.Rows[Pair].Numbers.Runs);
        Assert.Equal(3, Import(left, Other, Line(1), Line(2)).Rows[Pair].Numbers.Runs);
        Assert.Equal("baseline_not_found", left.Apply(new ForgetBaseline(Other), default, "t").Refusal?.Code);
    }

    [Fact]
    public void Lines_of_one_run_are_one_run()
    {
        var row = Import(
            Baseline.Empty,
            File,
            Line(1, run: "r1", seconds: 10, rounds: 1, input: 100),
            Line(2, run: "r1", seconds: 20, rounds: 2, input: 50, verdict: Verdict.Pass),
            Line(3, run: "r2", seconds: 5, rounds: 1, verdict: Verdict.Pass),
            Line(4, run: "r3", verdict: Verdict.Fail)).Rows[Pair].Numbers;

        Assert.Equal((3, 2, 1, 1), (row.Runs, row.Pass, row.Blocked, row.FirstPass));
        Assert.Equal((1.5m, 5m, 30m), (row.RoundsToPass, row.MedianSeconds, row.P90Seconds));
        Assert.Equal(150, row.Tokens.Uncached);
    }

    [Fact]
    public void What_nobody_knows_is_not_guessed()
    {
        var row = Import(Baseline.Empty, File, Line(1, usd: null)).Rows[Pair].Numbers;

        Assert.Equal((1, 0, 0, 0), (row.Runs, row.Pass, row.Partial, row.Blocked));
        Assert.Null(row.RoundsToPass);
        Assert.Null(row.MedianSeconds);
        Assert.Equal(1, row.Unpriced);
        Assert.Null(row.CostPerRunUsd);
    }

    [Fact]
    public void A_saving_is_a_share_of_what_a_run_took_before()
    {
        var before = Import(
            Baseline.Empty,
            File,
            Line(1, input: 100, usd: 1, seconds: 10),
            Line(2, input: 300, usd: 3, seconds: 10)).Rows[Pair].Numbers;
        var mesh = before with { Runs = 4, Unmeasured = 0, MedianSeconds = 12, CostUsd = 4 };

        Assert.Equal(new PairSaving(0.5m, 0.5m, -0.2m), PairSaving.Of(mesh, before));
        Assert.Equal(new PairSaving(null, null, -0.2m), PairSaving.Of(mesh with { Unmeasured = 4 }, before));
        Assert.Null(PairSaving.Of(mesh with { Unpriced = 1 }, before).CostUsd);
        Assert.Null(PairSaving.Of(mesh, before with { Unpriced = 1 }).CostUsd);
        Assert.Null(PairSaving.Of(mesh, before with { MedianSeconds = null }).Time);
    }

    [Fact]
    public void A_change_is_read_from_the_log_as_it_was_written()
    {
        BaselineChange change = new ImportBaseline(
            File, "old.csv", [Line(1, run: "r", seconds: 1.5m, rounds: 2, verdict: Verdict.Partial)]);
        var read = JsonSerializer.Deserialize<BaselineChange>(JsonSerializer.Serialize(change, AppJson.Options), AppJson.Options);

        Assert.Equal(((ImportBaseline)change).Runs, ((ImportBaseline)read!).Runs);
    }

    [Fact]
    public void A_line_is_settled_by_the_price_of_its_day_and_agents_get_their_ids()
    {
        var prices = new PriceTable([
            new ModelPrice { Model = "m", From = At(2026, 1, 1), InputPerMillion = 1, OutputPerMillion = 2 },
            new ModelPrice { Model = "m", From = At(2026, 6, 1), InputPerMillion = 10, OutputPerMillion = 20 },
        ]);
        var registry = SampleRegistry.Of("""{"agents":[{"id":"b","company":"c","roles":["builder"],"aliases":["old"]}]}""");
        var line = new BaselineLine(
            7, "old", "stranger", Pattern.BuilderVerifier, new DateOnly(2026, 5, 31), null,
            new Usage { Model = "m", InputTokens = 1_000_000, OutputTokens = 1_000_000 }, null, null, null);

        var run = line.Settled(prices, registry);

        Assert.Equal(("b", "stranger", 3m), (run.Initiator, run.Responder, run.Usage.CostUsd));
        Assert.Equal(30m, (line with { Day = new DateOnly(2026, 6, 1) }).Settled(prices, registry).Usage.CostUsd);
        Assert.Equal(
            CostSource.Unpriced,
            (line with { Day = new DateOnly(2025, 1, 1) }).Settled(prices, registry).Usage.CostSource);
    }

    [Theory]
    [InlineData("{}", "pair")]
    [InlineData("""{"pair":"a"}""", "pair")]
    [InlineData("""{"pair":"a/b/c"}""", "pair")]
    [InlineData("""{"initiator":"a"}""", "responder")]
    [InlineData("""{"agent":"a","pair":"a/b"}""", "agent")]
    [InlineData("""{"pattern":"sideways"}""", "pattern")]
    [InlineData("""{"week":"2025-W53"}""", "week")]
    [InlineData("""{"date":"24.11.2026"}""", "date")]
    [InlineData("""{"week":"2026-W48","date":"2026-11-24"}""", "date")]
    [InlineData("""{"inputTokens":-1}""", "inputTokens")]
    [InlineData("""{"inputTokens":1,"cachedInputTokens":2}""", "cachedInputTokens")]
    [InlineData("""{"outputTokens":"many"}""", "outputTokens")]
    [InlineData("""{"costUsd":-0.1}""", "costUsd")]
    [InlineData("""{"seconds":1e9}""", "seconds")]
    [InlineData("""{"rounds":1.5}""", "rounds")]
    [InlineData("""{"verdict":"maybe"}""", "verdict")]
    [InlineData("""{"tokens":1}""", "tokens")]
    public void What_is_wrong_with_a_line_is_said_with_its_field(string line, string field) =>
        Assert.Contains(field, BaselineReader.ReadLine(Encoding.UTF8.GetBytes(line), 1).Errors.Select(error => error.Path));

    [Fact]
    public void What_a_client_writes_the_mesh_reads()
    {
        var line = new BaselineLine(
            3, "b", "v", Pattern.Distillation, new DateOnly(2026, 11, 24), "r",
            new Usage
            {
                Model = "m",
                InputTokens = 9,
                CachedInputTokens = 2,
                CacheWriteTokens = 3,
                OutputTokens = 4,
                CostUsd = 0.5m,
            },
            1.5m, 2, Verdict.Pass);
        var alone = line with { Line = 4, Responder = null, Run = null, Seconds = null, Rounds = null, Verdict = null };

        var read = BaselineReader.Read(BaselineReader.ToUtf8(new BaselineRequest(File, "f.csv", [line, alone])));

        Assert.Empty(read.Errors);
        Assert.Equal([line, alone], read.Value!.Lines);
    }

    private static Baseline Import(Baseline before, string file, params BaselineRun[] runs) =>
        Of(before, new ImportBaseline(file, "f", runs));

    private static Baseline Of(Baseline before, BaselineChange change)
    {
        ChangeResult<Baseline> result = before.Apply(change, default, "test");
        Assert.Null(result.Refusal);
        return result.State;
    }

    private static BaselineRun Line(
        int number,
        string? run = null,
        decimal? seconds = null,
        int? rounds = null,
        Verdict? verdict = null,
        long input = 0,
        decimal? usd = 0) => new()
        {
            Line = number,
            Initiator = "b",
            Responder = "v",
            Pattern = Pattern.BuilderVerifier,
            Day = new DateOnly(2026, 11, 24),
            Run = run,
            Usage = PriceTable.Empty.Settle(new Usage { InputTokens = input, CostUsd = usd }, At(2026, 11, 24)),
            Seconds = seconds,
            Rounds = rounds,
            Verdict = verdict,
        };

    private static DateTimeOffset At(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
