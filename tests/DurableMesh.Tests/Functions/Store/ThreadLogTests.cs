using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.Store;

public sealed class ThreadLogTests
{
    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task A_thread_its_messages_and_its_receipts_are_found_after_a_restart()
    {
        var thread = new SampleThread();
        await using (var log = Open())
        {
            await log.AppendAsync(thread.Open(), default);
            var submission = SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission);
            await log.AppendAsync(thread.Send(submission, "r-1"), default);
        }

        await using var again = Open();
        await again.Ledger.RefreshAsync(default);
        Assert.Equal((1, 1), (again.Ledger.OpenThreads(SampleThread.Builder), again.Ledger.OpenThreads(SampleThread.Verifier)));
        var stored = await again.FindAsync(thread.Id, default);
        var messages = await again.ReadMessagesAsync(thread.Id, after: 0, limit: 10, default);

        Assert.Equal(thread.State.View(), stored?.View);
        Assert.Equal(thread.Start.RequestHash, stored?.RequestHash);
        Assert.Equal(["mesh:brief", "b-1"], messages.Select(one => one.Accepted.Message.MessageId));
        Assert.Equal([1, 2], messages.Select(one => one.Accepted.Message.Sequence));
        Assert.Equal(ReceiptKind.Accepted, again.FindReceipt("r-1")?.Kind);
        Assert.Equal(thread.State.Entries, (await again.ReadTranscriptAsync(thread.Id, default)).Count);
    }

    [Fact]
    public async Task Threads_that_should_have_ended_are_known_after_a_restart_until_they_end()
    {
        var (late, ended, early) = (new SampleThread(), new SampleThread(), new SampleThread(ttl: TimeSpan.FromHours(2)));
        await using (var log = Open())
        {
            foreach (var record in new[] { late.Open(), ended.Open(), early.Open(), late.Note("n-1"), ended.Cancel() })
            {
                await log.AppendAsync(record, default);
            }

            Assert.Empty(await log.ListOverdueAsync(late.State.Deadline, default));
        }

        await using var again = Open();
        Assert.Equal([late.Id], await again.ListOverdueAsync(late.State.Deadline.AddTicks(1), default));
    }

    [Fact]
    public async Task The_chain_that_was_written_is_the_chain_that_is_read()
    {
        var thread = new SampleThread();
        var written = thread.Open().Entries.Concat(thread.Note("n-1").Entries).Concat(thread.Cancel().Entries).ToList();
        var replay = new SampleThread(thread.Id);
        await using (var log = Open())
        {
            await log.AppendAsync(replay.Open(), default);
            await log.AppendAsync(replay.Note("n-1"), default);
            await log.AppendAsync(replay.Cancel(), default);
        }

        await using var again = Open();
        var read = await again.ReadTranscriptAsync(thread.Id, default);

        Assert.Equal(written.Select(entry => entry.Hash), read.Select(entry => entry.Hash));
        var state = read.Aggregate(ThreadState.Starting(thread.Start), (folded, entry) => folded.Apply(entry));
        Assert.Equal(thread.State.Head, state.Head);
    }

    [Fact]
    public async Task A_step_that_is_written_again_costs_no_append_and_changes_nothing()
    {
        await using var log = Open();
        var thread = new SampleThread();
        var opening = thread.Open();
        var note = thread.Note("n-1");
        await log.AppendAsync(opening, default);
        await log.AppendAsync(note, default);
        var appends = _blobs.Appends;

        await log.AppendAsync(opening, default);
        await log.AppendAsync(note, default);

        Assert.Equal(appends, _blobs.Appends);
        Assert.Equal(2, (await log.FindAsync(thread.Id, default))?.View.Messages);
    }

    [Fact]
    public async Task A_step_that_two_hosts_wrote_counts_once()
    {
        await using var one = Open();
        await using var two = Open();
        var thread = new SampleThread();
        var (opening, note) = (thread.Open(), thread.Note("n-1"));
        await Task.WhenAll(one.AppendAsync(opening, default), two.AppendAsync(opening, default));
        await one.AppendAsync(note, default);

        await two.AppendAsync(opening, default);
        await two.PingAsync(default);

        Assert.Equal(2, (await two.FindAsync(thread.Id, default))?.View.Messages);
        Assert.Equal(2, (await two.ReadMessagesAsync(thread.Id, 0, 10, default)).Count);
        Assert.Single((await two.ReadInboxAsync(SampleThread.Builder, null, 10, default)));
    }

    [Fact]
    public async Task The_brief_reaches_both_parties_and_every_other_message_the_other_one()
    {
        await using var log = Open();
        var thread = new SampleThread();
        await log.AppendAsync(thread.Open(), default);
        await log.AppendAsync(thread.Send(SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)), default);

        Assert.Equal(["mesh:brief"], await InboxAsync(log, SampleThread.Builder));
        Assert.Equal(["mesh:brief", "b-1"], await InboxAsync(log, SampleThread.Verifier));
        Assert.Empty(await InboxAsync(log, "nobody"));
    }

    [Fact]
    public async Task An_inbox_cursor_goes_on_over_threads_and_restarts()
    {
        var threads = Enumerable.Range(0, 4).Select(_ => new SampleThread()).ToList();
        LogPosition? cursor;
        await using (var log = Open())
        {
            foreach (var thread in threads)
            {
                await log.AppendAsync(thread.Open(), default);
            }

            var page = await log.ReadInboxAsync(SampleThread.Builder, after: null, limit: 3, default);
            Assert.Equal(threads.Take(3).Select(thread => thread.Id), page.Select(one => one.ThreadId));
            Assert.True(LogPosition.TryParse(page[^1].Cursor.ToString(), out var parsed));
            cursor = parsed;
        }

        await using var again = Open();
        var rest = await again.ReadInboxAsync(SampleThread.Builder, cursor, limit: 3, default);
        var nothing = await again.ReadInboxAsync(SampleThread.Builder, rest[^1].Cursor, limit: 3, default);

        Assert.Equal([threads[3].Id], rest.Select(one => one.ThreadId));
        Assert.Empty(nothing);
    }

    [Fact]
    public async Task Two_messages_of_one_step_have_two_cursors()
    {
        await using var log = Open();
        var thread = new SampleThread();
        var (opening, first, second) = (thread.Open(), thread.Note("n-1"), thread.Note("n-2"));
        await log.AppendAsync(second with { Entries = [.. opening.Entries, .. first.Entries, .. second.Entries] }, default);

        var page = await log.ReadInboxAsync(SampleThread.Verifier, after: null, limit: 3, default);
        var rest = await log.ReadInboxAsync(SampleThread.Verifier, page[1].Cursor, limit: 2, default);

        Assert.Equal("n-2", Assert.Single(rest).Accepted.Message.MessageId);
    }

    [Fact]
    public async Task Threads_are_listed_newest_first_page_by_page()
    {
        await using var log = Open();
        var threads = Enumerable.Range(0, 5).Select(_ => new SampleThread()).ToList();
        foreach (var thread in threads)
        {
            await log.AppendAsync(thread.Open(), default);
        }

        await log.AppendAsync(threads[3].Cancel(), default);

        var first = await log.ListAsync(IsOpen, limit: 2, before: null, default);
        var second = await log.ListAsync(IsOpen, limit: 2, first.Next, default);

        Assert.Equal([threads[4].Id, threads[2].Id], first.Threads.Select(thread => thread.ThreadId));
        Assert.Equal([threads[1].Id, threads[0].Id], second.Threads.Select(thread => thread.ThreadId));
        Assert.Null(second.Next);

        var running = await log.ListRunningAsync(_ => true, limit: 3, before: null, default);
        var rest = await log.ListRunningAsync(_ => true, limit: 3, running.Next, default);
        Assert.Equal([threads[4].Id, threads[2].Id, threads[1].Id], running.Threads.Select(thread => thread.ThreadId));
        Assert.Equal([threads[0].Id], rest.Threads.Select(thread => thread.ThreadId));

        static bool IsOpen(ThreadView thread) => thread.State == ThreadPhase.Open;
    }

    [Fact]
    public async Task A_message_is_found_by_its_sender_and_the_senders_id()
    {
        await using var log = Open();
        var thread = new SampleThread();
        await log.AppendAsync(thread.Open(), default);
        await log.AppendAsync(thread.Note("same id", body: "the builder's"), default);
        await log.AppendAsync(thread.Send(SampleThread.MessageOf("same id", SampleThread.Verifier, MessageKind.Note)), default);

        var found = await log.FindMessageAsync(thread.Id, SampleThread.Verifier, "same id", default);

        Assert.Equal(3, found?.Accepted.Message.Sequence);
        Assert.Null(await log.FindMessageAsync(thread.Id, SampleThread.Verifier, "another id", default));
        Assert.Null(await log.FindMessageAsync("unknown", SampleThread.Verifier, "same id", default));
    }

    [Fact]
    public async Task Records_that_left_the_memory_are_read_from_the_storage()
    {
        await using var log = Open(cacheMegabytes: 1);
        var thread = new SampleThread();
        await log.AppendAsync(thread.Open(), default);
        for (var n = 1; n <= 49; n++)
        {
            await log.AppendAsync(thread.Note($"n-{n}", body: new string('x', 4000)), default);
        }

        var other = new SampleThread();
        await log.AppendAsync(other.Open(), default);
        for (var n = 1; n <= 49; n++)
        {
            await log.AppendAsync(other.Note($"n-{n}", body: new string('y', 4000)), default);
        }

        var reads = _blobs.Reads;
        await log.ReadMessagesAsync(other.Id, after: 48, limit: 10, default);
        Assert.Equal(reads, _blobs.Reads);

        var messages = await log.ReadMessagesAsync(thread.Id, after: 0, limit: 100, default);

        Assert.True(_blobs.Reads > reads);
        Assert.Equal(Enumerable.Range(1, 50), messages.Select(one => one.Accepted.Message.Sequence));
    }

    [Fact]
    public async Task Whoever_waits_for_a_thread_or_an_agent_is_woken()
    {
        await using var log = Open();
        var thread = new SampleThread();
        await log.AppendAsync(thread.Open(), default);
        var (byThread, byAgent) = (log.NextChange(thread.Id), log.NextChange(SampleThread.Verifier));

        await log.AppendAsync(thread.Note("n-1"), default);

        await byThread.WaitAsync(TimeSpan.FromSeconds(30));
        await byAgent.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_host_that_shares_the_store_reads_what_another_one_wrote()
    {
        await using var one = Open();
        await using var two = Open(shared: true);
        var thread = new SampleThread();
        await one.AppendAsync(thread.Open(), default);

        Assert.Equal(ThreadPhase.Open, (await two.FindAsync(thread.Id, default))?.View.State);
    }

    [Fact]
    public async Task A_host_that_takes_over_reads_what_the_owner_before_it_wrote()
    {
        var time = new FakeTimeProvider();
        await using var owner = Open(time: time);
        await using var next = Open(time: time);
        Assert.Empty((await next.ListAsync(_ => true, 10, null, default)).Threads);
        var thread = new SampleThread();
        await owner.AppendAsync(thread.Open(), default);

        time.Advance(TimeSpan.FromMilliseconds(20));

        Assert.Equal(ThreadPhase.Open, (await next.FindAsync(thread.Id, default))?.View.State);
        Assert.Single(await next.ReadMessagesAsync(thread.Id, after: 0, limit: 10, default));
    }

    [Fact]
    public async Task A_host_that_has_just_written_reads_without_a_look_at_the_storage()
    {
        var time = new FakeTimeProvider();
        await using var log = Open(time: time);
        var thread = new SampleThread();
        await log.AppendAsync(thread.Open(), default);
        var looks = 0;
        _blobs.Fault = (operation, _) =>
        {
            looks += operation == "length" ? 1 : 0;
            return BlobFault.None;
        };

        time.Advance(TimeSpan.FromMilliseconds(19));
        await log.FindAsync(thread.Id, default);
        Assert.Equal(0, looks);

        time.Advance(TimeSpan.FromMilliseconds(1));
        await log.FindAsync(thread.Id, default);
        await log.FindAsync(thread.Id, default);
        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task A_store_whose_storage_is_away_at_the_start_opens_when_it_is_back()
    {
        _blobs.Fault = (_, _) => BlobFault.Before;
        await using var log = Open(patience: TimeSpan.FromMilliseconds(10));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => log.FindAsync("x", default).AsTask());

        _blobs.Fault = (_, _) => BlobFault.None;

        await Eventually.SucceedsAsync(async () => Assert.Null(await log.FindAsync("x", default)));
    }

    [Fact]
    public async Task What_a_host_has_let_go_of_is_read_from_the_storage_again()
    {
        var thread = new SampleThread();
        await using var log = Open(time: new FakeTimeProvider());
        await log.AppendAsync(thread.Open(), default);
        await log.AppendAsync(thread.Note("n-1"), default);

        log.Trim();
        log.Trim();

        _blobs.Fault = (_, _) => BlobFault.Before;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => log.ReadMessagesAsync(thread.Id, 0, 10, default).AsTask());
        Assert.Equal(thread.State.View(), (await log.FindAsync(thread.Id, default))?.View);
        _blobs.Fault = (_, _) => BlobFault.None;
        var messages = await log.ReadMessagesAsync(thread.Id, after: 0, limit: 10, default);
        Assert.Equal(["mesh:brief", "n-1"], messages.Select(one => one.Accepted.Message.MessageId));
    }

    private static async Task<IEnumerable<string>> InboxAsync(BlobThreadLog log, string agent) =>
        (await log.ReadInboxAsync(agent, after: null, limit: 10, default)).Select(one => one.Accepted.Message.MessageId);

    private BlobThreadLog Open(
        bool shared = false, int cacheMegabytes = 64, TimeSpan? patience = null, TimeProvider? time = null)
    {
        var options = new MeshOptions
        {
            Store = { SharedByHosts = shared, CacheMegabytes = cacheMegabytes, Patience = patience ?? TimeSpan.FromSeconds(30) },
        };
        var log = new BlobThreadLog(
            _blobs, Options.Create(options), time ?? TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        log.Start();
        return log;
    }
}
