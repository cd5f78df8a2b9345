using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Tests.TaskHub.Storage;

public sealed class UnsavedBlocksTests
{
    private const int MaximumBytes = 64;

    private readonly UnsavedBlocks _blocks = new(MaximumBytes);

    [Fact]
    public void Blocks_are_let_go_of_by_what_the_storage_has_saved_and_not_by_their_age()
    {
        _blocks.Add(Block(0, 3, at: 10));
        _blocks.Add(Block(3, 3, at: 20));

        _blocks.LetGo(safeUntil: 10);
        Assert.Equal([0, 3], Positions());

        _blocks.LetGo(safeUntil: 11);
        Assert.Equal([3], Positions());
        Assert.Equal(3, _blocks.Bytes);
    }

    [Fact]
    public void A_block_that_was_written_again_may_be_forgotten_again()
    {
        var block = Block(0, 1, at: 10);
        _blocks.Add(block);
        _blocks.WrittenAgain(block, at: 30);

        _blocks.LetGo(safeUntil: 20);

        Assert.True(_blocks.Any);
        Assert.Equal(30, _blocks.Newest);
    }

    [Fact]
    public void Of_what_was_read_only_the_end_is_kept_and_of_what_was_written_all()
    {
        for (var n = 0; n < 5; n++)
        {
            _blocks.AddRead(Block(n, 6, at: n), maximumReadBytes: 16);
        }

        Assert.Equal([3, 4], Positions());
        for (var n = 5; n < 15; n++)
        {
            _blocks.Add(Block(n, 6, at: n));
        }

        Assert.True(_blocks.IsFull);
        _blocks.AddRead(Block(15, 6, at: 15), maximumReadBytes: 16);
        Assert.Equal(Enumerable.Range(5, 11).Select(n => (long)n), Positions());
    }

    private static UnsavedBlock Block(long position, int length, long at) => new(1, position, new byte[length]) { At = at };

    private IEnumerable<long> Positions() => _blocks.All.Select(block => block.Position);
}
