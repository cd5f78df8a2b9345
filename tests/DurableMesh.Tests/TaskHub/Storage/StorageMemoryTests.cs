using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.TaskHub.Storage;

public sealed class StorageMemoryTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_witness_has_the_word_whatever_the_time_and_hears_what_is_waited_for()
    {
        var asked = new List<long>();
        var memory = new StorageMemory(
            newest =>
            {
                asked.Add(newest);
                return 7;
            },
            _time);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(7, memory.SafeUntil(42));
        Assert.Equal([42], asked);
    }

    [Fact]
    public void Where_nobody_sees_it_save_a_write_is_safe_once_it_is_old_enough()
    {
        var memory = new StorageMemory(_ => null, _time);
        long written = _time.GetTimestamp();

        _time.Advance(StorageMemory.ForgetfulFor);
        Assert.False(memory.SafeUntil(written) > written);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(memory.SafeUntil(written) > written);
    }

    [Fact]
    public void A_request_that_fails_begins_the_time_anew()
    {
        var memory = new StorageMemory(_ => null, _time);
        long written = _time.GetTimestamp();
        _time.Advance(StorageMemory.ForgetfulFor - TimeSpan.FromSeconds(1));
        memory.Disturb();

        _time.Advance(StorageMemory.ForgetfulFor - TimeSpan.FromSeconds(1));
        Assert.Equal(long.MinValue, memory.SafeUntil(written));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(memory.SafeUntil(written) > written);
    }
}
