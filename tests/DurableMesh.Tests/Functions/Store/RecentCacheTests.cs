using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Store;

public sealed class RecentCacheTests
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
}
