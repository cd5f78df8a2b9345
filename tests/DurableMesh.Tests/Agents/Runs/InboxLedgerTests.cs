using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class InboxLedgerTests
{
    private readonly List<string?> _saved = [];

    [Fact]
    public void The_position_moves_only_over_pages_that_are_done_altogether_and_is_written_once_for_them()
    {
        var ledger = Open();
        ledger.Take(Page("at-2", 1, 2));
        ledger.Take(Page("at-3", 3));

        ledger.Finish(Message(3));
        ledger.Finish(Message(1));
        Assert.Empty(_saved);

        ledger.Finish(Message(2));
        Assert.Equal(["at-3"], _saved);
    }

    [Fact]
    public void The_inbox_is_read_on_while_earlier_messages_are_still_at_work()
    {
        var ledger = Open("at-1");

        Assert.Equal("at-1", ledger.Position);
        Assert.Equal([2, 3], ledger.Take(Page("at-3", 2, 3)).Select(message => message.Sequence));
        Assert.Equal("at-3", ledger.Position);
    }

    [Fact]
    public void An_empty_page_moves_nothing_that_is_written()
    {
        var ledger = Open();
        ledger.Take(Page("at-1", 1));
        ledger.Take(Page("at-1"));
        ledger.Finish(Message(1));

        Assert.Equal(["at-1"], _saved);
    }

    [Fact]
    public void After_a_reset_nothing_of_before_counts()
    {
        var ledger = Open("of-another-mesh");
        ledger.Take(Page("at-1", 1));

        ledger.Reset();
        ledger.Finish(Message(1));

        Assert.Equal([null], _saved);
        Assert.Null(ledger.Position);
    }

    private InboxLedger Open(string? position = null) => new(position, _saved.Add);

    private static MessageView Message(int sequence) => Sample.Message(MessageKind.Submission, sequence);

    private static InboxPage Page(string next, params int[] sequences) => new([.. sequences.Select(Message)], next);
}
