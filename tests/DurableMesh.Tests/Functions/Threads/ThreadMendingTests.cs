using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>What an orchestration does about a store that lacks what it recorded.</summary>
public sealed class ThreadMendingTests
{
    private readonly OrchestrationHarness _harness = new();

    [Fact]
    public void Steps_that_the_store_has_lost_are_recorded_again_before_the_next()
    {
        var stored = StoreThatKeepsAChain();
        _ = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));
        _harness.Raise("r-2", Note("n-2"));

        stored.RemoveRange(1, 2);
        _harness.Raise("r-3", Note("n-3"));

        Assert.Equal(["r-1", "r-2", "r-3"], stored.SelectMany(record => record.Receipts).Select(one => one.RequestId));
        Assert.All(stored.Zip(stored.Skip(1)), pair => Assert.Equal(pair.First.View.Evidence.Head, pair.Second.Follows));
        Assert.Equal(4, stored[^1].View.Messages);
    }

    [Fact]
    public async Task A_store_that_has_something_else_stops_the_orchestration_which_says_so()
    {
        var stored = StoreThatKeepsAChain();
        var run = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));

        stored.Clear();
        stored.Add(new SampleThread("thread") { Now = SampleThread.Noon.AddSeconds(1) }.Open());
        _harness.Raise("r-2", Note("n-2"));

        var error = await Assert.ThrowsAsync<ThreadDivergedException>(() => run);
        Assert.Contains("thread", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quiet_thread_records_again_what_the_store_was_found_to_lack()
    {
        var stored = StoreThatKeepsAChain();
        var run = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));
        _harness.Raise("r-2", Note("n-2"));

        stored.RemoveRange(1, 2);
        _harness.Raise("r-3", new StoreFoundBehind());

        Assert.False(run.IsCompleted);
        Assert.Equal(["r-1", "r-2"], stored.SelectMany(record => record.Receipts).Select(one => one.RequestId));
        Assert.Equal(3, stored[^1].View.Messages);
        Assert.DoesNotContain(_harness.Receipts, one => one.RequestId == "r-3");

        _harness.Raise("r-4", Note("n-4"));
        Assert.Equal(4, stored[^1].View.Messages);
    }

    [Fact]
    public void A_thread_whose_store_lacks_nothing_only_asks()
    {
        var stored = StoreThatKeepsAChain();
        _ = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));
        var asked = _harness.Records.Count;

        _harness.Raise("r-2", new StoreFoundBehind());

        Assert.Equal(2, stored.Count);
        Assert.Equal(asked + 1, _harness.Records.Count);
        Assert.Empty(_harness.Records[^1].Entries);
        Assert.Equal("r-2", Assert.Single(_harness.Records[^1].Proof!.Arrivals).RequestId);
    }

    [Fact]
    public void A_thread_that_cannot_give_the_store_what_it_lacks_goes_on_as_before()
    {
        var stored = StoreThatKeepsAChain();
        var run = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));
        ThreadRecord[] all = [.. stored];
        stored.Clear();
        stored.Add(new SampleThread("thread") { Now = SampleThread.Noon.AddSeconds(1) }.Open());

        _harness.Raise("r-2", new StoreFoundBehind());

        Assert.False(run.IsCompleted);
        Assert.Single(stored);
        stored.Clear();
        stored.AddRange(all);
        _harness.Raise("r-3", Note("n-3"));
        Assert.Equal(3, stored[^1].View.Messages);
    }

    [Fact]
    public void A_forged_word_that_the_store_is_behind_changes_nothing()
    {
        var run = _harness.Start();
        var recorded = _harness.Records.Count;
        _harness.Answer = record => new StepAnswer(record.Id, null, record.Entries.Count == 0 ? [0] : null);

        _harness.Raise("r-1", new StoreFoundBehind());

        Assert.False(run.IsCompleted);
        Assert.Equal(recorded + 1, _harness.Records.Count);
        _harness.Raise("r-2", Note("n-2"));
        Assert.Equal("r-2", Assert.Single(_harness.Receipts).RequestId);
    }

    /// <summary>Lets the harness answer as a store does that has what is in the list, which a test may shorten.</summary>
    private List<ThreadRecord> StoreThatKeepsAChain()
    {
        var stored = new List<ThreadRecord>();
        _harness.Answer = record =>
        {
            var head = stored is [.., var last] ? last.View.Evidence.Head! : ContentHash.Genesis;
            if (record.Follows != head)
            {
                return new StepAnswer(record.Id, new StoredSteps([], [], Head: head));
            }

            if (record is not { Entries: [], Receipts: [] })
            {
                stored.Add(record);
            }

            return new StepAnswer(record.Id, null);
        };
        return stored;
    }

    private static MessageArrived Note(string id) =>
        new(SampleThread.Incoming(SampleThread.MessageOf(id, SampleThread.Builder, MessageKind.Note)));
}
