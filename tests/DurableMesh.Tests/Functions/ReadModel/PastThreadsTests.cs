using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.ReadModel;

/// <summary>
/// An index that starts from its past, and lets threads leave for it, answers as one that has read the whole log.
/// </summary>
public sealed class PastThreadsTests : IAsyncLifetime
{
    private static readonly string[] Builders = ["codecraft-builder", "vizu-builder"];
    private static readonly string[] Verifiers = ["proveo-verifier", "vizu-builder"];

    private readonly MemoryBlobs _blobs = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-past-").FullName;
    private readonly List<SampleThread> _threads = [];
    private readonly List<byte[]> _lines = [];
    private SearchHost _host = null!;
    private int _messages;

    public async ValueTask InitializeAsync() => _host = await SearchHost.StartAsync(_blobs, _folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Whatever_has_left_every_answer_is_the_same(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 8; round++)
        {
            for (var n = random.Next(1, 25); n > 0; n--)
            {
                await StepAsync(random);
            }

            switch (random.Next(4))
            {
                case 0:
                    await LetGoAsync();
                    break;
                case 1:
                    await _host.ReachAsync();
                    await RestartAsync();
                    break;
                case 2:
                    await LetGoAsync();
                    await StepAsync(random);
                    await RestartAsync();
                    break;
            }

            await CompareAsync(random);
        }
    }

    [Fact]
    public async Task A_start_reads_only_what_came_after_its_past()
    {
        for (var n = 0; n < 20; n++)
        {
            await AppendAsync(Begin(new Random(n)).Open(GateOutcome.Denied));
        }

        await _host.ReachAsync();
        await _host.DisposeAsync();
        Spoil("UPDATE threads SET view = CAST(replace(view, '\"state\":\"ended\"', '\"state\":\"held\"') AS BLOB)");
        _host = await SearchHost.StartAsync(_blobs, _folder);

        // What the past says otherwise than the log is proof that the log was not read.
        Assert.Equal(ThreadPhase.Held, (await _host.Log.FindAsync(_threads[0].Id, default))!.View.State);
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("deleted")]
    public async Task A_file_that_is_no_good_is_built_anew_and_what_has_left_is_found_again(string what)
    {
        var ended = Begin(new Random(1));
        await AppendAsync(ended.Open(GateOutcome.Denied));
        await LetGoAsync();
        if (what == "damaged")
        {
            Spoil("UPDATE threads SET track = x'00'");
        }
        else
        {
            var path = _host.State.Past!.Value.Path;
            ReadModelDatabase.CloseReaders(path);
            File.Delete(path);
        }

        Assert.ThrowsAny<StoreUnavailableException>(() => _host.Log.Track(ended.Id));
        await _host.IdsInTheEndAsync("word");
        await Eventually.SucceedsAsync(() =>
        {
            Assert.NotNull(_host.Log.Track(ended.Id));
            return Task.CompletedTask;
        });
        await CompareAsync(new Random(1));
    }

    [Fact]
    public async Task What_is_reserved_counts_after_a_start_until_it_is_settled()
    {
        var thread = Begin(new Random(1));
        await AppendAsync(thread.Open(), thread.Reserve(thread.Start.Initiator, 0.25m));
        await _host.ReachAsync();
        await RestartAsync();

        Assert.Equal(0.25m, Assert.Single(_host.Log.Ledger.Standing().Reserved).Value);
        await AppendAsync(thread.Cancel());
        Assert.Empty(_host.Log.Ledger.Standing().Reserved);
    }

    [Fact]
    public async Task A_past_that_contradicts_itself_is_not_believed()
    {
        await AppendAsync(Begin(new Random(1)).Open(GateOutcome.Denied), Begin(new Random(2)).Open());
        await _host.ReachAsync();
        await _host.DisposeAsync();
        Spoil("DELETE FROM threads WHERE number = 1");
        _host = await SearchHost.StartAsync(_blobs, _folder);

        await CompareAsync(new Random(1));
        await _host.IdsInTheEndAsync("word");
        Assert.Contains("has not all the threads", Assert.Single(_host.Warnings.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task News_of_a_thread_that_has_left_bring_it_back()
    {
        var thread = Begin(new Random(1));
        await AppendAsync(thread.Open(GateOutcome.Denied));
        await LetGoAsync();
        var record = thread.Send(SampleThread.MessageOf("late", thread.Start.Initiator, MessageKind.Note), "request-1");
        Assert.Empty(record.Entries);

        await AppendAsync(record);
        Assert.Null(await _host.Log.AppendAsync(record, default));

        Assert.NotNull(_host.Log.FindReceipt("request-1"));
        Assert.True(_host.Log.Track(thread.Id)!.HasAnswered("request-1"));
        await LetGoAsync();
        Assert.True(_host.Log.Track(thread.Id)!.HasAnswered("request-1"));
        await RestartAsync();
        Assert.True(_host.Log.Track(thread.Id)!.HasAnswered("request-1"));
        await CompareAsync(new Random(1));
    }

    private SampleThread Begin(Random random)
    {
        var thread = new SampleThread(
            request: SampleThread.RequestOf(Builders[random.Next(2)], Verifiers[random.Next(2)]), ttl: TimeSpan.FromDays(30))
        {
            Now = SampleThread.Noon.AddHours(_messages),
        };
        _threads.Add(thread);
        return thread;
    }

    private async Task StepAsync(Random random)
    {
        _messages++;
        var running = _threads.Where(thread => thread.State.Phase == ThreadPhase.Open).ToList();
        if (running.Count == 0 || random.Next(4) == 0)
        {
            var outcome = random.Next(6) switch { 0 => GateOutcome.Denied, 1 => GateOutcome.Held, _ => GateOutcome.Approved };
            await AppendAsync(Begin(random).Open(outcome));
            return;
        }

        var thread = running[random.Next(running.Count)];
        thread.Now = SampleThread.Noon.AddHours(_messages);
        var from = random.Next(2) == 0 ? thread.Start.Initiator : thread.Start.Responder;
        var kind = random.Next(5);
        if (kind == 0 && _lines.Count > 0)
        {
            // Another host wrote it too, and later: it counts nowhere.
            var line = _lines[random.Next(_lines.Count)];
            await _host.Log.PingAsync(default);
            var length = await _blobs.GetLengthAsync("threads/00000001", default) ?? 0;
            await _blobs.AppendAsync("threads/00000001", length, line, default);
            await _host.Log.PingAsync(default);
            return;
        }

        await AppendAsync(kind switch
        {
            1 => thread.Cancel(),
            2 => thread.Reserve(from, 0.25m),
            3 => thread.Send(SampleThread.MessageOf($"s-{_messages}", thread.Start.Initiator, MessageKind.Submission)),
            _ => thread.Send(
                SampleThread.MessageOf($"n-{_messages}", from, MessageKind.Note) with
                {
                    Usage = random.Next(2) == 0 ? null : new Usage
                    {
                        InputTokens = random.Next(1000),
                        OutputTokens = 7,
                        CostUsd = random.Next(1000) / 1000m,
                    },
                },
                $"r-{_messages}"),
        });
    }

    private async Task AppendAsync(params ThreadRecord[] records)
    {
        foreach (var record in records)
        {
            if (record.Entries.Count > 0 || record.Receipts.Count > 0)
            {
                await _host.AppendAsync(record);
                _lines.Add([.. JsonSerializer.SerializeToUtf8Bytes(record, AppJson.TypeInfo<ThreadRecord>()), (byte)'\n']);
            }
        }
    }

    private async Task LetGoAsync()
    {
        await _host.ReachAsync();
        _host.Log.Trim();
        _host.Log.Trim();
    }

    private async Task RestartAsync()
    {
        await _host.DisposeAsync();
        _host = await SearchHost.StartAsync(_blobs, _folder);
        await _host.Log.PingAsync(default);
    }

    private void Spoil(string sql) => SearchHost.Spoil(Path.Combine(_folder, "threads-0.db"), sql);

    private async Task CompareAsync(Random random)
    {
        await using var whole = new BlobThreadLog(
            _blobs, Options.Create(new MeshOptions()), TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        whole.Start();
        var limit = random.Next(1, 6);
        Assert.Equal(await AnswersAsync(whole, limit), await AnswersAsync(_host.Log, limit));
    }

    /// <summary>All that a log answers.</summary>
    private async Task<List<string>> AnswersAsync(BlobThreadLog log, int limit)
    {
        var answers = new List<string>();
        foreach (var thread in _threads)
        {
            var found = await log.FindAsync(thread.Id, default);
            answers.Add($"{Json(found?.View)} {found?.RequestHash} {log.ChangedAt(thread.Id)}");
            answers.Add(string.Join(' ', (await log.ReadTranscriptAsync(thread.Id, default)).Select(entry => entry.Hash)));
            var messages = await log.ReadMessagesAsync(thread.Id, 1, limit, default);
            answers.Add(string.Join(' ', messages.Select(one => $"{one.Cursor} {one.Accepted.Message.MessageId}")));
            foreach (var message in messages.Select(one => one.Accepted.Message))
            {
                var again = await log.FindMessageAsync(thread.Id, message.From, message.MessageId, default);
                Assert.Equal(message.Sequence, again?.Accepted.Message.Sequence);
            }
        }

        await PagesAsync("list", before => log.ListAsync(view => view.Round < 2, limit, before, default));
        await PagesAsync("running", before => log.ListRunningAsync(_ => true, limit, before, default));
        var marks = await log.ListMarksAsync(_ => true, default);
        answers.AddRange(marks.Select(mark => mark.ToString()).Order(StringComparer.Ordinal));
        answers.AddRange((await log.ListOverdueAsync(DateTimeOffset.MaxValue, default)).Order(StringComparer.Ordinal));
        foreach (var agent in Builders.Concat(Verifiers).Append("nobody"))
        {
            answers.Add($"{agent} {log.LastHeard(agent)} {log.Ledger.OpenThreads(agent)} {log.Ledger.SpentToday(agent)}");
            IReadOnlyList<StoredMessage> page;
            LogPosition? after = null;
            do
            {
                page = await log.ReadInboxAsync(agent, after, limit, default);
                answers.Add(string.Join(' ', page.Select(one => $"{one.ThreadId}:{one.Cursor}")));
                after = page is [.., var last] ? last.Cursor : after;
            }
            while (page.Count > 0);
        }

        answers.Add(Json(log.Ledger.Stats(SearchHost.Registry)));
        answers.AddRange(log.Ledger.Standing().Reserved.Select(one => one.ToString()).Order(StringComparer.Ordinal));
        foreach (var by in Enum.GetValues<CostGrouping>())
        {
            string? cursor = null;
            do
            {
                var page = log.Ledger.Costs(new CostQuery(by, null, null, limit, cursor), SearchHost.Registry)!;
                answers.Add(Json(page));
                cursor = page.NextCursor;
            }
            while (cursor is not null);
        }

        answers.Add(Json(log.Ledger.Pairs(
            new PairQuery(null, null, null, null, 100, null), new Dictionary<PairKey, BaselineRow>())));
        for (var hours = -1; hours <= _messages + 1; hours += 5)
        {
            answers.Add(log.Tail.At(SampleThread.Noon.AddHours(hours)).ToString());
        }

        return answers;

        async Task PagesAsync(string what, Func<LogPosition?, ValueTask<ThreadList>> read)
        {
            LogPosition? next = null;
            do
            {
                var page = await read(next);
                answers.Add($"{what} {string.Join(' ', page.Threads.Select(view => view.ThreadId))} {page.Next}");
                next = page.Next;
            }
            while (next is not null);
        }
    }

    private static string Json<T>(T value) =>
        string.Create(CultureInfo.InvariantCulture, $"{JsonSerializer.Serialize(value, AppJson.Options)}");
}
