using CsCheck;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Core.Agents;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Store;

public sealed class MeshLedgerTests
{
    private const string Other = "vizu-builder";

    private static readonly AgentRegistry Agents = SampleRegistry.Of(SampleRegistry.SeedOf("""
        {"agents":[
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"]},
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"]},
          {"id":"proveo-second","company":"proveo","roles":["verifier"]}
        ]}
        """));

    private static readonly DateOnly Day = DateOnly.FromDateTime(SampleThread.Noon.UtcDateTime);

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly MeshLedger _ledger;
    private readonly ThreadIndex _index;
    private int _offset;

    public MeshLedgerTests()
    {
        _ledger = new MeshLedger(_ => ValueTask.CompletedTask, _time, NoPast.Instance);
        _index = new ThreadIndex(
            new RecordReader(0, (_, _) => throw new InvalidOperationException()),
            new Changes(),
            _ledger,
            new EventTail(TimeSpan.FromDays(7)),
            new Changes(),
            NoPast.Instance);
    }

    [Fact]
    public void Open_threads_count_for_both_parties_until_they_end()
    {
        var (one, two) = (new SampleThread(), new SampleThread(builder: Other));
        Write(one.Open(), two.Open());
        Assert.Equal((1, 2, 1, 0), Open());

        Write(one.Send(SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)));
        Assert.Equal((1, 2, 1, 0), Open());

        Write(one.Send(SampleThread.PassOf("v-1")));
        Assert.Equal((0, 1, 1, 0), Open());

        (int, int, int, int) Open() => (
            _ledger.OpenThreads(SampleThread.Builder),
            _ledger.OpenThreads(SampleThread.Verifier),
            _ledger.OpenThreads(Other),
            _ledger.OpenThreads("nobody"));
    }

    [Fact]
    public void A_thread_that_never_opened_is_no_work_in_progress()
    {
        Write(new SampleThread().Open(GateOutcome.Held), new SampleThread().Open(GateOutcome.Denied));

        var stats = _ledger.Stats(Agents);
        Assert.Equal((2, 0, 1, 1), (stats.Threads, stats.Open, stats.Held, stats.Blocked));
        Assert.Equal(1, stats.ByReason[EndReason.GateDenied]);
        Assert.Equal(0, _ledger.OpenThreads(SampleThread.Builder));
    }

    [Fact]
    public void What_was_spent_counts_on_its_day_and_for_whoever_spent_it()
    {
        var thread = new SampleThread(ttl: Week);
        Write(thread.Open(), Note(thread, SampleThread.Builder, 0.125m), Note(thread, SampleThread.Verifier, 0.05m));
        thread.Now = SampleThread.Noon.AddHours(11).AddMinutes(59);
        Write(Note(thread, SampleThread.Builder, 0.2m));
        thread.Now = SampleThread.Noon.AddHours(12);
        Write(Note(thread, SampleThread.Builder, 0.4m));

        Assert.Equal((0.325m, 0.05m, 0m), Today());
        Assert.Equal(
            (0.325m, 0.05m), (_ledger.CompanySpentToday("codecraft", Agents), _ledger.CompanySpentToday("proveo", Agents)));

        _time.Advance(TimeSpan.FromHours(12));
        Assert.Equal((0.4m, 0m, 0m), Today());
        Assert.Equal((0.775m, 0.4m), (_ledger.Stats(Agents).CostUsd, _ledger.Stats(Agents).CostTodayUsd));

        (decimal, decimal, decimal) Today() =>
            (_ledger.SpentToday(SampleThread.Builder), _ledger.SpentToday(SampleThread.Verifier), _ledger.SpentToday("nobody"));
    }

    [Fact]
    public void What_is_reserved_counts_until_it_is_settled_or_its_thread_ends()
    {
        var (one, two) = (new SampleThread(), new SampleThread(builder: Other));
        Write(one.Open(), one.Reserve(SampleThread.Builder, 0.5m), two.Open(), two.Reserve(Other, 0.25m));
        Write(one.Reserve(SampleThread.Verifier, 0.1m), two.Reserve(SampleThread.Verifier, 0.2m));
        Assert.Equal(
            new Dictionary<Reservation, decimal>
            {
                [Of(one, SampleThread.Builder)] = 0.5m,
                [Of(one)] = 0.1m,
                [Of(two, Other)] = 0.25m,
                [Of(two)] = 0.2m,
            },
            Reserved());

        Write(one.Send(SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)));
        Assert.Equal(
            new Dictionary<Reservation, decimal> { [Of(one)] = 0.1m, [Of(two, Other)] = 0.25m, [Of(two)] = 0.2m }, Reserved());

        Write(one.Send(SampleThread.PassOf("v-1")));
        Assert.Equal(new Dictionary<Reservation, decimal> { [Of(two, Other)] = 0.25m, [Of(two)] = 0.2m }, Reserved());

        Write(two.Cancel());
        Assert.Empty(Reserved());

        static Reservation Of(SampleThread thread, string agent = SampleThread.Verifier) => new(thread.Id, agent);
    }

    [Fact]
    public void A_step_that_is_read_twice_or_overlaps_another_counts_once()
    {
        var thread = new SampleThread();
        var (opening, note) = (thread.Open(), Note(thread, SampleThread.Builder, 0.1m));
        Write(opening, note, opening, note);
        Write(note with { Entries = [.. opening.Entries, .. note.Entries, .. Note(thread, SampleThread.Builder, 0.2m).Entries] });

        var stats = _ledger.Stats(Agents);
        Assert.Equal((1, 1, 2, 0.1m), (stats.Threads, stats.Open, stats.Messages, stats.CostUsd));
    }

    [Fact]
    public void Costs_are_added_up_by_agent_company_day_and_thread()
    {
        var (one, two) = (new SampleThread(), new SampleThread(builder: Other, ttl: Week));
        Write(one.Open(), Note(one, SampleThread.Builder, 0.1m), Note(one, SampleThread.Verifier, 0.2m), two.Open());
        two.Now = SampleThread.Noon.AddDays(1);
        Write(Note(two, Other, 0.7m), Note(two, SampleThread.Verifier, 0.2m));

        Assert.Equal([(Other, 0.7m), (SampleThread.Verifier, 0.4m), (SampleThread.Builder, 0.1m)], Rows(CostGrouping.Agent));
        Assert.Equal([(MeshLedger.NoCompany, 0.7m), ("proveo", 0.4m), ("codecraft", 0.1m)], Rows(CostGrouping.Company));
        Assert.Equal([("2026-11-24", 0.9m), ("2026-11-23", 0.3m)], Rows(CostGrouping.Day));
        Assert.Equal([(two.Id, 0.9m), (one.Id, 0.3m)], Rows(CostGrouping.Thread));
        Assert.Equal([(SampleThread.Verifier, 0.2m), (SampleThread.Builder, 0.1m)], Rows(CostGrouping.Agent, to: Day));
        Assert.Equal([(two.Id, 0.9m)], Rows(CostGrouping.Thread, from: Day.AddDays(1)));
        Assert.Empty(Rows(CostGrouping.Day, from: Day.AddDays(2)));
        Assert.Equal(0.9m, Page(CostGrouping.Thread, from: Day.AddDays(1))!.Total.Usage.CostUsd);
    }

    [Theory]
    [InlineData(CostGrouping.Agent)]
    [InlineData(CostGrouping.Company)]
    [InlineData(CostGrouping.Day)]
    [InlineData(CostGrouping.Thread)]
    public void Pages_together_are_the_whole(CostGrouping by)
    {
        string[] agents = [SampleThread.Builder, SampleThread.Verifier, Other, "a", "b"];
        for (var n = 0; n < 25; n++)
        {
            var thread = new SampleThread(builder: agents[n % 5], verifier: agents[(n + 1) % 5], ttl: Week);
            Write(thread.Open());
            thread.Now = SampleThread.Noon.AddDays(n / 4);
            if (n % 3 > 0)
            {
                Write(Note(thread, agents[n % 5], n % 7 / 10m));
            }
        }

        var whole = Page(by, limit: 500)!;
        Assert.Null(whole.NextCursor);
        foreach (var limit in (int[])[1, 2, 3, whole.Rows.Count])
        {
            var rows = new List<CostRow>();
            string? cursor = null;
            do
            {
                var page = Page(by, limit: limit, cursor: cursor)!;
                Assert.True(page.Rows.Count == limit || page.NextCursor is null);
                Assert.Equal(whole.Total, page.Total);
                rows.AddRange(page.Rows);
                cursor = page.NextCursor;
            }
            while (cursor is not null);
            Assert.Equal(whole.Rows, rows);
        }

        Assert.Null(Page(by, cursor: "no cursor"));
    }

    /// <summary>
    /// Threads that take any steps, some of which are read twice: the ledger says what counting all of it anew says.
    /// </summary>
    [Fact]
    public void The_ledger_is_what_counting_everything_anew_gives() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[0, 1000], Gen.Int[0, 3]).Array[0, 60].Sample(steps =>
        {
            var fixture = new MeshLedgerTests();
            var threads = Enumerable.Range(0, 4).Select(_ => new SampleThread(ttl: Week)).ToArray();
            var records = threads.ToDictionary(thread => thread, thread => new List<ThreadRecord> { thread.Open() });
            fixture.Write([.. records.Values.Select(all => all[0])]);
            foreach (var (which, what, cents, days) in steps)
            {
                var thread = threads[which];
                if (what == 0)
                {
                    fixture.Write(records[thread][cents % records[thread].Count]);
                    continue;
                }

                thread.Now = SampleThread.Noon.AddDays(days);
                var from = what < 4 ? SampleThread.Builder : SampleThread.Verifier;
                records[thread].Add(what == 1 && cents < 300 ? thread.Cancel() : Note(thread, from, cents / 10_000m));
                fixture.Write(records[thread][^1]);
            }

            var stats = fixture._ledger.Stats(Agents);
            var views = threads.Select(thread => thread.State.View()).ToList();
            Assert.Equal(views.Count(view => view.State == ThreadPhase.Open), stats.Open);
            Assert.Equal(stats.Open, fixture._ledger.OpenThreads(SampleThread.Builder));
            Assert.Equal(views.Count(view => view.EndState == EndState.Blocked), stats.Blocked);
            Assert.Equal(
                views.Where(view => view.Reason is not null).CountBy(view => view.Reason!.Value).OrderBy(row => row.Key),
                stats.ByReason.OrderBy(row => row.Key));
            Assert.Equal(views.Sum(view => view.Messages), stats.Messages);
            Assert.Equal(views.Sum(view => view.Usage.CostUsd), stats.CostUsd);
            var messages = records.Values.SelectMany(all => all).SelectMany(record => record.Entries)
                .Select(entry => entry.Event).OfType<MessageAccepted>()
                .Where(accepted => accepted.Message.Usage is not null).ToList();
            foreach (var by in Enum.GetValues<CostGrouping>())
            {
                var page = fixture.Page(by, to: Day.AddDays(1))!;
                var expected = messages.Where(accepted => accepted.At < SampleThread.Noon.AddDays(2)).ToList();
                Assert.Equal(
                    expected.Sum(accepted => accepted.Message.Usage!.CostUsd), page.Rows.Sum(row => row.Spend.Usage.CostUsd));
                Assert.Equal(expected.Count, page.Rows.Sum(row => row.Spend.Messages));
                Assert.Equal(expected.Count, page.Total.Messages);
            }
        });

    private (string, decimal)[] Rows(CostGrouping by, DateOnly? from = null, DateOnly? to = null) =>
        [.. Page(by, from, to)!.Rows.Select(row => (row.Key, row.Spend.Usage.CostUsd))];

    private CostsPage? Page(
        CostGrouping by, DateOnly? from = null, DateOnly? to = null, int limit = 50, string? cursor = null) =>
        _ledger.Costs(new CostQuery(by, from, to, limit, cursor), Agents);

    private static ThreadRecord Note(SampleThread thread, string from, decimal costUsd) => thread.Send(
        SampleThread.MessageOf($"n-{thread.State.Messages}", from, MessageKind.Note) with
        {
            Usage = new Usage { InputTokens = 10, OutputTokens = 1, CostUsd = costUsd },
        });

    private void Write(params ThreadRecord[] records)
    {
        foreach (var record in records)
        {
            _index.Ingest(new LogSpan(1, _offset++, 1), RecordOutline.Of(record));
        }
    }

    private IReadOnlyDictionary<Reservation, decimal> Reserved() => _ledger.Standing().Reserved;
}
