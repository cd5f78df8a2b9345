using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Store;

public sealed class RecentTests
{
    [Fact]
    public void A_cache_keeps_the_newest_values()
    {
        var cache = new RecentCache<string, string>(maximumBytes: 20);
        cache.Add("a", "A", 10);
        cache.Add("b", "B", 10);
        cache.Add("c", "C", 10);

        Assert.False(cache.TryGet("a", out _));
        Assert.True(cache.TryGet("b", out _));
        Assert.True(cache.TryGet("c", out _));
    }

    [Fact]
    public void A_trim_lets_go_of_what_the_one_before_found_and_of_nothing_else()
    {
        var cache = new RecentCache<string, string>(maximumBytes: 20);
        cache.Add("a", "A", 10);
        cache.Trim();
        cache.Add("b", "B", 10);
        Assert.True(cache.TryGet("a", out _));

        cache.Trim();

        Assert.False(cache.TryGet("a", out _));
        Assert.True(cache.TryGet("b", out _));
    }

    [Fact]
    public void What_left_for_want_of_room_is_not_counted_as_old()
    {
        var cache = new RecentCache<string, string>(maximumBytes: 10);
        cache.Add("a", "A", 10);
        cache.Trim();
        cache.Add("b", "B", 10);

        cache.Trim();

        Assert.True(cache.TryGet("b", out _));
    }

    [Fact]
    public void Blocks_are_let_go_of_by_what_the_storage_has_saved_and_not_by_their_age()
    {
        var blocks = new RecentBlocks();
        blocks.Add(1, 0, "old"u8.ToArray(), at: 10);
        blocks.Add(1, 3, "new"u8.ToArray(), at: 20);

        blocks.LetGo(safeUntil: 10);
        Assert.Equal([0, 3], blocks.ToList().Select(block => block.Offset));

        blocks.LetGo(safeUntil: 11);
        Assert.Equal([3], blocks.ToList().Select(block => block.Offset));
    }

    [Fact]
    public void A_block_that_was_written_again_may_be_forgotten_again()
    {
        var blocks = new RecentBlocks();
        blocks.Add(1, 0, "a"u8.ToArray(), at: 10);
        blocks.WrittenAgain(blocks.ToList()[0], at: 30);

        blocks.LetGo(safeUntil: 20);

        Assert.True(blocks.Any);
        Assert.Equal(30, blocks.Newest);
    }

    [Fact]
    public void Of_what_was_read_only_the_end_is_kept_and_of_what_was_written_all()
    {
        var blocks = new RecentBlocks();
        var chunk = new byte[6 * 1024 * 1024];
        for (var n = 0; n < 5; n++)
        {
            blocks.AddRead(1, n, chunk, at: n);
        }

        Assert.Equal([3, 4], blocks.ToList().Select(block => block.Offset));
        for (var n = 5; n < 15; n++)
        {
            blocks.Add(1, n, chunk, at: n);
        }

        Assert.True(blocks.IsFull);
        Assert.Equal(12, blocks.ToList().Count);
    }
}
