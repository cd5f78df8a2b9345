using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Store;

/// <summary>Of two steps that follow the same one, the first in the log counts.</summary>
public sealed class ThreadLogRaceTests
{
    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task A_step_that_another_episode_recorded_otherwise_is_not_written_and_hears_what_is()
    {
        await using var log = Open();
        var thread = new SampleThread();
        var again = new SampleThread(thread.Id);
        Assert.Null(await log.AppendAsync(thread.Open(), default));
        _ = again.Open();
        var recorded = thread.Note("n-1", "r-1");
        again.Now = SampleThread.Noon.AddSeconds(1);
        var otherwise = again.Note("n-1", "r-1");
        Assert.Null(await log.AppendAsync(recorded, default));
        var appends = _blobs.Appends;

        var stored = await log.AppendAsync(otherwise, default);

        Assert.Equal(appends, _blobs.Appends);
        Assert.Equal([recorded.Entries[0].Hash], stored!.Entries.Select(entry => entry.Hash));
        Assert.Equal(["r-1"], stored.Answered);
        Assert.Null(await log.AppendAsync(recorded, default));
        Assert.Null(await log.AppendAsync(thread.Cancel(), default));
        Assert.Null(await log.AppendAsync(recorded, default));
    }

    [Fact]
    public async Task Of_two_steps_that_two_hosts_write_at_once_the_first_in_the_log_counts_everywhere()
    {
        await using var one = Open();
        await using var two = Open();
        var thread = new SampleThread();
        var other = new SampleThread(thread.Id);
        await one.AppendAsync(thread.Open(), default);
        _ = other.Open();
        await two.PingAsync(default);
        other.Now = SampleThread.Noon.AddSeconds(1);
        var (first, second) = (thread.Note("n-1", "r-1"), other.Note("n-2", "r-2"));
        var gate = new TaskCompletionSource();
        _blobs.AppendGate = gate.Task;
        var writing = one.AppendAsync(first, default);
        var late = two.AppendAsync(second, default);
        await Eventually.TrueAsync(() => _blobs.AppendsWaiting == 2);
        gate.SetResult();

        StoredSteps?[] answers = [await writing, await late];

        await using var reader = Open();
        var kept = (await reader.ReadTranscriptAsync(thread.Id, default))[^1].Hash;
        Assert.Equal([kept == first.Entries[0].Hash, kept == second.Entries[0].Hash], answers.Select(answer => answer is null));
        Assert.Single(answers, answer => answer is null);
        Assert.Equal(kept, answers.Single(answer => answer is not null)!.Entries.Single().Hash);
        Assert.Equal(kept == first.Entries[0].Hash, reader.FindReceipt("r-1") is not null);
        Assert.Equal(kept == second.Entries[0].Hash, reader.FindReceipt("r-2") is not null);
    }

    [Fact]
    public async Task A_request_that_was_answered_is_not_answered_otherwise()
    {
        await using var log = Open();
        var thread = new SampleThread();
        await log.AppendAsync(thread.Open(), default);
        var refused = thread.Send(SampleThread.MessageOf("x-1", "a stranger", MessageKind.Note), "r-1");
        var accepted = thread.Note("n-1", "r-1");
        Assert.Null(await log.AppendAsync(refused, default));
        Assert.Null(await log.AppendAsync(refused, default));

        var stored = await log.AppendAsync(accepted, default);

        Assert.Equal((0, "r-1"), (stored!.Entries.Count, stored.Answered.Single()));
        Assert.Equal(ReceiptKind.Rejected, log.FindReceipt("r-1")!.Kind);
    }

    [Fact]
    public async Task A_step_that_follows_what_the_store_has_not_hears_with_what_its_chain_ends()
    {
        await using var log = Open();
        var thread = new SampleThread();
        var lost = new SampleThread(thread.Id) { Now = SampleThread.Noon.AddSeconds(1) };
        await log.AppendAsync(thread.Open(), default);
        _ = lost.Open();

        var stored = await log.AppendAsync(lost.Note("n-1"), default);

        Assert.Equal(thread.State.Head, stored!.Head);
        Assert.Empty(stored.Entries);
        Assert.Single((await log.ReadMessagesAsync(thread.Id, 0, 10, default)));
    }

    private BlobThreadLog Open()
    {
        var log = new BlobThreadLog(
            _blobs, Options.Create(new MeshOptions()), TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        log.Start();
        return log;
    }
}
