using DurableMesh.Core.Gate;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Store;

public sealed class PairAccountsTests
{
    private const string Other = "vizu-builder";
    private static readonly DateOnly Monday = new(2026, 11, 23);

    private readonly MeshLedger _ledger;
    private readonly ThreadIndex _index;
    private int _offset;

    public PairAccountsTests()
    {
        _ledger = new MeshLedger(_ => ValueTask.CompletedTask, new FakeTimeProvider(SampleThread.Noon), NoPast.Instance);
        _index = new ThreadIndex(
            new RecordReader(0, (_, _) => throw new InvalidOperationException()),
            new Changes(),
            _ledger,
            new EventTail(TimeSpan.FromDays(7)),
            new Changes(),
            NoPast.Instance);
    }

    [Fact]
    public void Only_threads_that_have_ended_count()
    {
        var thread = new SampleThread(ttl: TimeSpan.FromDays(7));
        Write(thread.Open(), Submit(thread, 100));
        Assert.Empty(Page().Rows);

        Write(Pass(thread, seconds: 60));
        Write(new SampleThread().Open());

        var row = Assert.Single(Page().Rows);
        Assert.Equal((SampleThread.Builder, SampleThread.Verifier), (row.Initiator, row.Responder));
        Assert.Equal(("2026-W48", Pattern.BuilderVerifier), (row.Week, row.Pattern));
        Assert.Equal((1, 1, 1, 1m), (row.Numbers.Runs, row.Numbers.Pass, row.Numbers.FirstPass, row.Numbers.FirstPassRate));
        Assert.Equal((60m, 60m), (row.Numbers.MedianSeconds, row.Numbers.P90Seconds));
        Assert.Equal(new TokenCounts(90, 6, 4, 10), row.Numbers.Tokens);
        Assert.Equal(0.25m, row.Numbers.CostUsd);
        Assert.Null(row.Baseline);
    }

    [Fact]
    public void Rounds_and_durations_come_from_all_threads_of_a_week()
    {
        for (var n = 1; n <= 10; n++)
        {
            var thread = new SampleThread(ttl: TimeSpan.FromDays(7));
            Write(thread.Open(), Submit(thread));
            if (n > 6)
            {
                Write(Fail(thread), Submit(thread));
            }

            Write(n == 10 ? thread.Cancel() : Pass(thread, seconds: n * 10));
        }

        var numbers = Assert.Single(Page().Rows).Numbers;

        Assert.Equal((10, 9, 1, 6), (numbers.Runs, numbers.Pass, numbers.Blocked, numbers.FirstPass));
        Assert.Equal((0.6m, 1.33m), (numbers.FirstPassRate, numbers.RoundsToPass));
        Assert.Equal((40m, 80m), (numbers.MedianSeconds, numbers.P90Seconds));
        Assert.Equal(0, numbers.Unmeasured);
    }

    [Fact]
    public void A_thread_without_usage_is_unmeasured_and_one_without_a_price_is_said()
    {
        var (one, two) = (new SampleThread(), new SampleThread());
        Write(one.Open(), one.Cancel(), two.Open());
        Write(two.Send(SampleThread.MessageOf("n", SampleThread.Builder, MessageKind.Note) with
        {
            Usage = new Usage { Model = "nobody's", InputTokens = 5, OutputTokens = 1 },
        }));
        Write(two.Cancel());

        var numbers = Assert.Single(Page().Rows).Numbers;

        Assert.Equal((2, 1, 1), (numbers.Runs, numbers.Unmeasured, numbers.Unpriced));
        Assert.Equal((6m, null), (numbers.TokensPerRun, numbers.CostPerRunUsd));
    }

    [Fact]
    public void Plumbing_and_what_the_gate_turned_away_stand_apart()
    {
        Write(new SampleThread().Open(GateOutcome.Denied));
        var advice = new SampleThread(request: SampleThread.RequestOf() with
        {
            Pattern = Pattern.Advisory,
            Brief = new Brief { Subject = "s" },
        });
        Write(advice.Open());
        Write(advice.Send(SampleThread.MessageOf("q", SampleThread.Builder, MessageKind.Question)));
        Write(advice.Send(SampleThread.MessageOf("a", SampleThread.Verifier, MessageKind.Answer) with { Plumbing = true }));
        Write(advice.Send(SampleThread.MessageOf("k", SampleThread.Builder, MessageKind.Acknowledgement)));
        Assert.Equal(EndReason.PlumbingOnly, advice.State.Reason);

        var page = Page();

        Assert.Equal((1, 1, 0), (page.Plumbing, page.TurnedAway, page.Total.Runs));
        Assert.All(page.Rows, row => Assert.Equal((0, null), (row.Numbers.Runs, row.Numbers.MedianSeconds)));
        Assert.Equal((1, 0), (Row(page, Pattern.Advisory).Plumbing, Row(page, Pattern.Advisory).TurnedAway));
    }

    [Fact]
    public void Filters_leave_the_rest_out_to_the_day()
    {
        foreach (var days in (int[])[0, 1, 6, 7, 8])
        {
            var thread = new SampleThread(builder: days == 8 ? Other : SampleThread.Builder, ttl: TimeSpan.FromDays(20));
            Write(thread.Open(), Submit(thread));
            Write(Pass(thread, seconds: (days * 24 * 3600) + days));
        }

        Assert.Equal(["2026-W49", "2026-W49", "2026-W48"], Page().Rows.Select(row => row.Week));
        Assert.Equal([3], Page(week: Monday).Rows.Select(row => row.Numbers.Runs));
        Assert.Equal([1, 1, 2], Page(since: Monday.AddDays(1)).Rows.Select(row => row.Numbers.Runs));
        Assert.Equal(86_401m, Page(since: Monday.AddDays(1)).Rows[^1].Numbers.MedianSeconds);
        Assert.Equal([1, 1], Page(since: Monday.AddDays(7)).Rows.Select(row => row.Numbers.Runs));
        Assert.Equal([Other], Page(party: Other).Rows.Select(row => row.Initiator));
        Assert.Equal(3, Page(party: SampleThread.Verifier).Rows.Count);
        Assert.Empty(Page(pattern: Pattern.Advisory).Rows);
        Assert.Equal(5, Page(limit: 1).Total.Runs);
    }

    [Fact]
    public void Pages_together_are_the_whole()
    {
        for (var n = 0; n < 7; n++)
        {
            var thread = new SampleThread(builder: $"builder-{n % 3}", ttl: TimeSpan.FromDays(40));
            Write(thread.Open());
            thread.Now = SampleThread.Noon.AddDays(n * 4);
            Write(thread.Cancel());
        }

        var whole = Page().Rows;
        var (rows, cursor) = (new List<PairRow>(), (string?)null);
        do
        {
            var page = Page(limit: 2, cursor: cursor);
            rows.AddRange(page.Rows);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(whole, rows);
        Assert.True(whole.Count > 4);
        Assert.Null(_ledger.Pairs(Query(cursor: "none"), NoBaseline));
    }

    [Fact]
    public void A_baseline_stands_beside_the_pair_that_it_is_of_with_the_saving()
    {
        var thread = new SampleThread();
        Write(thread.Open(), Submit(thread, 100), Pass(thread, seconds: 30));
        var before = Page().Rows[0].Numbers with { MedianSeconds = 60, CostUsd = 1 };
        var row = new BaselineRow(SampleThread.Builder, SampleThread.Verifier, Pattern.BuilderVerifier, ["2026-W40"], before);
        var alone = row with { Responder = null };

        var page = _ledger.Pairs(Query(), new Dictionary<PairKey, BaselineRow>
        {
            [new(row.Initiator, row.Responder, row.Pattern)] = row,
            [new(row.Initiator, null, row.Pattern)] = alone,
        })!;

        Assert.Equal(before, page.Rows[0].Baseline);
        Assert.Equal(new PairSaving(0, 0.75m, 0.5m), page.Rows[0].Saving);
        Assert.Equal([alone, row], page.Baselines);
    }

    [Fact]
    public void What_is_read_anew_from_the_log_says_the_same()
    {
        var thread = new SampleThread();
        var records = new[] { thread.Open(), Submit(thread, 100), Pass(thread, seconds: 30) };
        Write(records);
        var written = Page().Rows;
        var again = new PairAccountsTests();
        foreach (var record in records)
        {
            var line = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(record, DurableMesh.Functions.AppJson.Options);
            again._index.Ingest(new LogSpan(1, again._offset++, 1), RecordOutline.Read(line));
        }

        Assert.Equal(written, again.Page().Rows);
    }

    private static Dictionary<PairKey, BaselineRow> NoBaseline => [];

    private PairStats Page(
        Pattern? pattern = null,
        DateOnly? since = null,
        DateOnly? week = null,
        string? party = null,
        int limit = 100,
        string? cursor = null) =>
        _ledger.Pairs(new PairQuery(pattern, since, week, party, limit, cursor), NoBaseline)!;

    private static PairQuery Query(string? cursor = null) => new(null, null, null, null, 100, cursor);

    private static PairRow Row(PairStats page, Pattern pattern) => page.Rows.Single(row => row.Pattern == pattern);

    private static ThreadRecord Submit(SampleThread thread, long input = 10) => thread.Send(
        SampleThread.MessageOf($"s-{thread.State.Messages}", thread.Start.Initiator, MessageKind.Submission) with
        {
            Usage = new Usage
            {
                Model = "m",
                InputTokens = input,
                CachedInputTokens = 6,
                CacheWriteTokens = 4,
                OutputTokens = 10,
                CostUsd = 0.25m,
            },
        });

    private static ThreadRecord Fail(SampleThread thread) => thread.Send(
        SampleThread.MessageOf($"f-{thread.State.Messages}", SampleThread.Verifier, MessageKind.Verdict) with
        {
            Verdict = Verdict.Fail,
            Checks = [new Check { Id = "AC-1", Status = CheckStatus.Fail, Detail = "seen" }],
        });

    private static ThreadRecord Pass(SampleThread thread, double seconds)
    {
        thread.Now = SampleThread.Noon.AddSeconds(seconds);
        return thread.Send(SampleThread.PassOf($"v-{thread.State.Messages}"));
    }

    private void Write(params ThreadRecord[] records)
    {
        foreach (var record in records)
        {
            _index.Ingest(new LogSpan(1, _offset++, 1), RecordOutline.Of(record));
        }
    }
}
