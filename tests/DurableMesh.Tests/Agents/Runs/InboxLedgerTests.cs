using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class InboxLedgerTests
{
    private AgentProgress _saved = AgentProgress.None;

    [Fact]
    public void The_position_moves_only_over_pages_that_are_done_altogether()
    {
        var ledger = Open();
        ledger.Take(Page("at-2", 1, 2));
        ledger.Take(Page("at-3", 3));

        ledger.Finish(Key(3));
        ledger.Finish(Key(1));
        Assert.Null(_saved.After);

        ledger.Finish(Key(2));
        Assert.Equal("at-3", _saved.After);
        Assert.Empty(_saved.Done);
    }

    [Fact]
    public void After_a_restart_only_what_was_not_done_is_taken_again()
    {
        var ledger = Open();
        ledger.Take(Page("at-3", 1, 2, 3));
        ledger.Finish(Key(2));

        var restarted = Open();

        Assert.Null(restarted.Position);
        Assert.Equal([1, 3], restarted.Take(Page("at-3", 1, 2, 3)).Select(message => message.Sequence));
    }

    [Fact]
    public void A_page_that_was_done_before_a_restart_moves_the_position_at_once()
    {
        _saved = new AgentProgress(null, [Key(1)]);
        var ledger = Open();

        Assert.Empty(ledger.Take(Page("at-1", 1)));
        ledger.Take(Page("at-2", 2));
        ledger.Finish(Key(2));

        Assert.Equal("at-2", _saved.After);
    }

    [Fact]
    public void The_inbox_is_read_on_while_earlier_messages_are_still_at_work()
    {
        var ledger = Open();

        ledger.Take(Page("at-1", 1));

        Assert.Equal("at-1", ledger.Position);
    }

    private InboxLedger Open() => new(_saved, progress => _saved = progress);

    private static MessageKey Key(int sequence) => new(Sample.ThreadId, sequence);

    private static InboxPage Page(string next, params int[] sequences) =>
        new([.. sequences.Select(sequence => Sample.Message(MessageKind.Submission, sequence))], next);
}
