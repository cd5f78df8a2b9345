using System.Threading.Channels;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.LocalHost;

public sealed class IdleMemoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Memory_is_given_back_when_the_host_has_become_idle_and_more_rarely_while_it_stays_so()
    {
        var time = new FakeTimeProvider();
        var looks = Channel.CreateUnbounded<long>();
        long allocated = 0;
        int collections = 0;
        using var memory = new IdleMemory(time, () => Look(), () => collections++);
        await memory.StartAsync(Cancellation);
        await looks.Reader.ReadAsync(Cancellation);

        await AfterAsync(work: IdleMemory.IdleBytes);
        Assert.Equal(0, collections);
        await AfterAsync(work: IdleMemory.IdleBytes - 1);
        Assert.Equal(1, collections);
        await AfterAsync(work: 0);
        Assert.Equal(2, collections);
        await AfterAsync(work: 0);
        Assert.Equal(2, collections);
        await AfterAsync(work: 0);
        Assert.Equal(3, collections);
        await AfterAsync(work: 10 * IdleMemory.IdleBytes);
        Assert.Equal(3, collections);
        await AfterAsync(work: 0);
        Assert.Equal(4, collections);
        await memory.StopAsync(Cancellation);

        long Look()
        {
            looks.Writer.TryWrite(allocated);
            return allocated;
        }

        async Task AfterAsync(long work)
        {
            allocated += work;
            time.Advance(IdleMemory.Period);

            // It looks once to judge, and once more when it has done what there was to do.
            await looks.Reader.ReadAsync(Cancellation);
            await looks.Reader.ReadAsync(Cancellation);
        }
    }
}
