using System.Text;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Store;

public sealed class SharedLogTests
{
    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task A_line_is_durable_and_ingested_when_append_returns()
    {
        await using var host = Open();

        await host.AppendAsync("a");

        Assert.Equal("a\n", _blobs.Text("log/00000001"));
        Assert.Equal(["a"], host.Lines);
    }

    [Fact]
    public async Task Lines_that_arrive_while_an_append_is_in_flight_go_out_together()
    {
        await using var host = Open();
        var gate = new TaskCompletionSource();
        _blobs.AppendGate = gate.Task;
        var first = host.AppendAsync("first");
        await host.UntilAppendIsInFlightAsync();

        var others = Enumerable.Range(0, 100).Select(n => host.AppendAsync($"line {n}")).ToList();
        gate.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(2, _blobs.Appends);
        Assert.Equal(["first", .. Enumerable.Range(0, 100).Select(n => $"line {n}")], host.Lines);
    }

    [Fact]
    public async Task A_batch_stops_at_its_limit_of_bytes()
    {
        await using var host = Open(new SharedLogOptions { MaximumBatchBytes = 10 });
        var gate = new TaskCompletionSource();
        _blobs.AppendGate = gate.Task;

        var all = Enumerable.Range(0, 5).Select(n => host.AppendAsync($"12345{n}")).ToList();
        gate.SetResult();
        await Task.WhenAll(all);

        Assert.Equal(5, _blobs.Appends);
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_not_written_twice()
    {
        await using var host = Open();
        await host.AppendAsync("a");
        FailOnce("append", BlobFault.After);

        await host.AppendAsync("b");

        Assert.Equal("a\nb\n", _blobs.Text("log/00000001"));
        Assert.Equal(["a", "b"], host.Lines);
    }

    [Fact]
    public async Task An_append_that_failed_is_written_when_the_storage_is_back()
    {
        await using var host = Open();
        FailOnce("append", BlobFault.Before);

        await host.AppendAsync("a");

        Assert.Equal(["a"], host.Lines);
    }

    [Fact]
    public async Task Two_hosts_see_one_order()
    {
        await using var one = Open();
        await using var two = Open();

        await Task.WhenAll(Enumerable.Range(0, 50).SelectMany(
            n => new[] { one.AppendAsync($"one {n}"), two.AppendAsync($"two {n}") }));
        await Task.WhenAll(one.Log.RefreshAsync(default), two.Log.RefreshAsync(default));

        Assert.Equal(100, one.Lines.Count);
        Assert.Equal(one.Lines, two.Lines);
        Assert.Equal(one.Spans, two.Spans);
    }

    [Fact]
    public async Task A_lost_answer_followed_by_another_host_is_still_recognised()
    {
        await using var one = Open();
        await using var two = Open();
        var answers = 0;
        _blobs.Fault = (operation, _) => (operation, answers++) switch
        {
            ("append", 0) => BlobFault.After,
            ("append" or "length" or "read", < 4) => BlobFault.Before,
            _ => BlobFault.None,
        };

        var first = one.AppendAsync("one");
        await Task.WhenAll(first, two.AppendAsync("two"));
        await Task.WhenAll(one.Log.RefreshAsync(default), two.Log.RefreshAsync(default));

        Assert.Equal(2, one.Lines.Count);
        Assert.Equal(one.Lines, two.Lines);
    }

    [Fact]
    public async Task A_full_segment_is_sealed_and_the_next_one_begun()
    {
        await using (var host = Open(new SharedLogOptions { MaximumSegmentBlocks = 2 }))
        {
            foreach (var line in new[] { "a", "b", "c", "d", "e" })
            {
                await host.AppendAsync(line);
            }
        }

        Assert.Equal("a\nb\n{\"sealed\":true}\n", _blobs.Text("log/00000001"));
        Assert.Equal("c\nd\n{\"sealed\":true}\n", _blobs.Text("log/00000002"));
        Assert.Equal("e\n", _blobs.Text("log/00000003"));
        await using var again = Open();
        await again.Log.WhenOpenAsync(default);
        Assert.Equal(["a", "b", "c", "d", "e"], again.Lines);
    }

    [Fact]
    public async Task A_segment_is_sealed_before_it_grows_too_large()
    {
        await using var host = Open(new SharedLogOptions { MaximumSegmentBytes = 20 });

        await host.AppendAsync(new string('a', 12));
        await host.AppendAsync(new string('b', 12));
        await host.AppendAsync(new string('c', 40));

        Assert.Equal(["log/00000001", "log/00000002", "log/00000003"], _blobs.Names());
    }

    [Theory]
    [InlineData("append")]
    [InlineData("create")]
    public async Task A_rotation_survives_a_lost_answer(string operation)
    {
        await using var host = Open(new SharedLogOptions { MaximumSegmentBlocks = 1 });
        await host.AppendAsync("a");
        FailOnce(operation, BlobFault.After);

        await host.AppendAsync("b");

        Assert.Equal(["a", "b"], host.Lines);
        Assert.Equal("b\n", _blobs.Text("log/00000002"));
    }

    [Fact]
    public async Task The_other_host_follows_into_the_next_segment()
    {
        await using var one = Open(new SharedLogOptions { MaximumSegmentBlocks = 1 });
        await using var two = Open(new SharedLogOptions { MaximumSegmentBlocks = 1 });
        await one.AppendAsync("a");
        await one.AppendAsync("b");
        await one.AppendAsync("c");

        await two.AppendAsync("d");

        Assert.Equal(["a", "b", "c", "d"], two.Lines);
    }

    [Fact]
    public async Task A_restart_reads_everything_at_the_same_positions_in_small_chunks()
    {
        IReadOnlyList<LogSpan> spans;
        await using (var host = Open())
        {
            for (var n = 0; n < 20; n++)
            {
                await host.AppendAsync(new string((char)('a' + n), n + 1));
            }

            spans = host.Spans;
        }

        await using var again = Open(new SharedLogOptions { ScanBytes = 4 });
        await again.Log.WhenOpenAsync(default);

        Assert.Equal(spans, again.Spans);
        Assert.Equal("ccc", Encoding.UTF8.GetString((await again.Log.ReadAsync(spans[2], default)).Span));
    }

    [Fact]
    public async Task A_caller_hears_that_the_storage_is_away_and_its_line_is_not_written_later()
    {
        var time = new FakeTimeProvider();
        var options = new SharedLogOptions();
        await using var host = Open(options, time);
        await host.Log.WhenOpenAsync(default);
        var isUnderWay = false;
        _blobs.Fault = (operation, _) =>
        {
            isUnderWay |= operation == "append";
            return BlobFault.Before;
        };
        var underWay = host.AppendAsync("under way");
        await Eventually.TrueAsync(() => isUnderWay);
        var givenUp = host.AppendAsync("given up");
        time.Advance(options.Patience);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => underWay);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => givenUp);
        Assert.Contains("away", failure.Message, StringComparison.Ordinal);

        _blobs.Fault = (_, _) => BlobFault.None;
        await Eventually.TrueAsync(() => host.Lines.Contains("under way"));
        await Eventually.SucceedsAsync(() => host.AppendAsync("after"));

        Assert.DoesNotContain("given up", host.Lines);
        Assert.Equal("after", host.Lines[^1]);
    }

    [Fact]
    public async Task What_a_killed_Azurite_forgot_is_written_again()
    {
        await using var host = Open(new SharedLogOptions { MaximumSegmentBlocks = 2 });
        foreach (var line in new[] { "a", "b", "c" })
        {
            await host.AppendAsync(line);
        }

        _blobs.Forget("log/00000002");
        _blobs.Forget("log/00000001", "b\n{\"sealed\":true}\n".Length);
        await host.AppendAsync("d");

        Assert.Equal("a\nb\n{\"sealed\":true}\n", _blobs.Text("log/00000001"));
        Assert.Equal("c\nd\n", _blobs.Text("log/00000002"));
        Assert.Equal(["a", "b", "c", "d"], host.Lines);
    }

    [Fact]
    public async Task What_the_storage_forgot_is_written_again_even_when_nobody_writes_any_more()
    {
        await using var host = Open(new SharedLogOptions { LookAgainAfter = TimeSpan.FromMilliseconds(1) });
        await host.AppendAsync("a");
        await host.AppendAsync("b");

        _blobs.Forget("log/00000001", 2);

        await Eventually.TrueAsync(() => _blobs.Text("log/00000001") == "a\nb\n");
    }

    [Fact]
    public async Task A_segment_takes_no_lines_before_the_storage_has_the_end_of_the_one_before()
    {
        await using var host = Open(new SharedLogOptions { MaximumSegmentBlocks = 2 });
        await host.AppendAsync("a");
        await host.AppendAsync("b");
        var forgets = true;
        _blobs.Fault = (called, name) =>
        {
            if (forgets && called == "create" && name == "log/00000002")
            {
                forgets = false;
                _blobs.Forget("log/00000001", "b\n{\"sealed\":true}\n".Length);
            }

            return BlobFault.None;
        };

        await host.AppendAsync("c");
        await host.AppendAsync("d");

        Assert.False(forgets);
        Assert.Equal("a\nb\n{\"sealed\":true}\n", _blobs.Text("log/00000001"));
        Assert.Equal("c\nd\n", _blobs.Text("log/00000002"));
    }

    [Fact]
    public async Task A_host_that_stops_writes_again_what_the_storage_forgot_a_moment_before()
    {
        var host = Open();
        await host.AppendAsync("a");
        await host.AppendAsync("b");

        _blobs.Forget("log/00000001", 2);
        await host.DisposeAsync();

        Assert.Equal("a\nb\n", _blobs.Text("log/00000001"));
    }

    [Fact]
    public async Task A_host_that_stops_does_not_wait_for_long_for_a_storage_that_is_away()
    {
        var host = Open(new SharedLogOptions { LastPatience = TimeSpan.FromMilliseconds(1) });
        await host.AppendAsync("a");
        _blobs.Fault = (_, _) => BlobFault.Before;

        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal("a\n", _blobs.Text("log/00000001"));
    }

    [Fact]
    public async Task What_the_storage_never_saved_is_written_again_however_long_ago_it_was_acknowledged()
    {
        var time = new FakeTimeProvider();
        _blobs.Saved = () => 0;
        await using var host = Open(time: time);
        await host.AppendAsync("a");
        time.Advance(TimeSpan.FromHours(1));
        await host.AppendAsync("b");
        time.Advance(TimeSpan.FromHours(1));

        _blobs.Forget("log/00000001");
        await host.AppendAsync("c");

        Assert.Equal("a\nb\nc\n", _blobs.Text("log/00000001"));
    }

    [Fact]
    public async Task What_was_saved_is_let_go_of_and_a_log_that_lost_it_says_so_by_name()
    {
        var time = new FakeTimeProvider();
        _blobs.Saved = time.GetTimestamp;
        await using var host = Open(time: time);
        await host.AppendAsync("a");
        time.Advance(TimeSpan.FromSeconds(1));
        await host.Log.RefreshAsync(default);

        _blobs.Forget("log/00000001");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => host.AppendAsync("b"));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Contains("log/00000001 has lost acknowledged bytes", host.Log.Trouble, StringComparison.Ordinal);
        Assert.Contains("The store's log wait", host.Log.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_sees_it_save_a_request_that_fails_begins_the_time_anew_after_which_it_must_have()
    {
        var time = new FakeTimeProvider();
        await using var host = Open(time: time);
        await host.AppendAsync("a");
        // Before the clock moves: the log's own look at the storage, due by then, would let go of "a" where it succeeds.
        FailOnce("length", BlobFault.Before);
        time.Advance(TimeSpan.FromSeconds(14));
        await host.Log.RefreshAsync(default);
        time.Advance(TimeSpan.FromSeconds(5));
        await host.AppendAsync("b");

        _blobs.Forget("log/00000001");
        await host.AppendAsync("c");

        Assert.Equal("a\nb\nc\n", _blobs.Text("log/00000001"));
    }

    [Fact]
    public async Task A_corrupt_line_stops_the_log_and_names_the_blob_and_the_offset()
    {
        await using (var host = Open())
        {
            await host.AppendAsync("a");
            await host.AppendAsync("corrupt");
        }

        await using var again = Open();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => again.Log.WhenOpenAsync(default).AsTask());

        Assert.Contains("log/00000001", failure.Message, StringComparison.Ordinal);
        Assert.Contains("byte 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_callers_fail_when_the_host_stops()
    {
        var host = Open();
        await host.Log.WhenOpenAsync(default);
        _blobs.AppendGate = new TaskCompletionSource().Task;
        var first = host.AppendAsync("a");
        var second = host.AppendAsync("b");

        await host.DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => first);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => second);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => host.AppendAsync("c"));
    }

    private void FailOnce(string operation, BlobFault fault)
    {
        var left = 1;
        _blobs.Fault = (called, _) => called == operation && left-- > 0 ? fault : BlobFault.None;
    }

    private LoggedHost Open(SharedLogOptions? options = null, TimeProvider? time = null) =>
        new(_blobs, options ?? new SharedLogOptions(), time ?? TimeProvider.System);
}
