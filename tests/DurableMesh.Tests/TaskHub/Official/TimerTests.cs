using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub.Official;

/// <summary>Timers that are longer than the worker lets one be.</summary>
public sealed class TimerTests
{
    private static void Sleeper(DurableTaskRegistry registry) => registry.AddOrchestratorFunc<int, string>(
        "Sleep",
        async (context, days) =>
        {
            DateTime begun = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromDays(days), CancellationToken.None);
            return $"{(context.CurrentUtcDateTime - begun).TotalDays} days";
        });

    [Theory]
    [InlineData(3, 1)]
    [InlineData(7, 3)]
    public async Task They_are_split_into_parts(int days, int parts)
    {
        await using TestHub hub = await TestHub.StartAsync(Sleeper);
        await hub.StartInstanceAsync("Sleep", days, "it");

        await SleepAsync(hub, 0, parts - 1, TimeSpan.FromDays(3));
        await SleepAsync(hub, parts - 1, 1, TimeSpan.FromDays(days - (3 * (parts - 1))));
        OrchestrationMetadata end = await hub.CompletionAsync("it");
        IList<HistoryEvent> history = await hub.Client.GetOrchestrationHistoryAsync("it", TestHub.Patience);

        Assert.Equal($"{days} days", end.ReadOutputAs<string>());
        Assert.Equal(parts, history.OfType<TimerCreatedEvent>().Count());
    }

    [Fact]
    public async Task One_that_is_under_way_replays_though_the_setting_has_changed()
    {
        await using TestHub first = await TestHub.StartAsync(Sleeper);
        await first.StartInstanceAsync("Sleep", 7, "it");
        await SleepAsync(first, 0, 1, TimeSpan.FromDays(3));
        await first.UntilAsync("it", state => state.WaitsFor(1));

        await using TestHub second = await first.CrashAndRestartAsync(
            Sleeper, worker: options => options.MaximumTimerInterval = TimeSpan.FromDays(1));
        await SleepAsync(second, 1, 1, TimeSpan.FromDays(3));
        await SleepAsync(second, 2, 1, TimeSpan.FromDays(1));

        Assert.Equal("7 days", (await second.CompletionAsync("it")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task One_that_was_created_whole_stays_whole()
    {
        await using TestHub first = await TestHub.StartAsync(
            Sleeper, worker: options => options.MaximumTimerInterval = TimeSpan.FromDays(30));
        await first.StartInstanceAsync("Sleep", 7, "it");
        await first.UntilAsync("it", state => state.WaitsFor(0));

        await using TestHub second = await first.CrashAndRestartAsync(Sleeper);
        await SleepAsync(second, 0, 1, TimeSpan.FromDays(7));

        Assert.Equal("7 days", (await second.CompletionAsync("it")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_part_can_be_cancelled()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc<string>("Give up", async context =>
            {
                using var enough = new CancellationTokenSource();
                Task sleep = context.CreateTimer(TimeSpan.FromDays(7), enough.Token);
                await context.WaitForExternalEvent<string>("wake");
                enough.Cancel();
                await Task.WhenAny(sleep);
                return sleep.Status.ToString();
            }));
        await hub.StartInstanceAsync("Give up", id: "it");
        await hub.Client.RaiseEventAsync("it", "wake", "now", TestHub.Patience);

        Assert.Equal("Canceled", (await hub.CompletionAsync("it")).ReadOutputAs<string>());
    }

    private static async Task SleepAsync(TestHub hub, int firstTimer, int parts, TimeSpan part)
    {
        for (int timer = firstTimer; timer < firstTimer + parts; timer++)
        {
            await hub.UntilAsync("it", state => state.WaitsFor(timer));
            hub.Time.Advance(part);
        }
    }
}
