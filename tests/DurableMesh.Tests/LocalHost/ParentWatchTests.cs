using DurableMesh.LocalHost;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.LocalHost;

public sealed class ParentWatchTests
{
    [Fact]
    public async Task A_host_stops_when_the_program_is_gone_that_it_was_started_for()
    {
        var time = new FakeTimeProvider();
        var lifetime = new Mock<IHostApplicationLifetime>();
        var (looks, isRunning) = (0, true);
        using var watch = new ParentWatch(
            42,
            id =>
            {
                Assert.Equal(42, id);
                Interlocked.Increment(ref looks);
                return Volatile.Read(ref isRunning);
            },
            lifetime.Object,
            time,
            NullLogger<ParentWatch>.Instance);
        await watch.StartAsync(TestContext.Current.CancellationToken);

        await AdvanceUntilAsync(() => Volatile.Read(ref looks) >= 2);
        lifetime.Verify(one => one.StopApplication(), Times.Never);

        Volatile.Write(ref isRunning, false);
        await AdvanceUntilAsync(() => watch.ExecuteTask!.IsCompleted);
        lifetime.Verify(one => one.StopApplication(), Times.Once);

        async Task AdvanceUntilAsync(Func<bool> holds)
        {
            while (!holds())
            {
                time.Advance(ParentWatch.Period);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public void This_process_runs_and_one_that_nobody_has_does_not()
    {
        Assert.True(ParentWatch.IsRunning(Environment.ProcessId));
        Assert.False(ParentWatch.IsRunning(int.MaxValue));
    }
}
