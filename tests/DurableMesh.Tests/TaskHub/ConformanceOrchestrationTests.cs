using DurableMesh.TaskHub.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>Parents and children, versions, timers, and what nobody waits for.</summary>
public sealed class ConformanceOrchestrationTests
{
    [Fact]
    public async Task A_child_knows_its_parent_and_a_parent_waits_for_all_its_children()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry
                .AddOrchestratorFunc<string>("Family", async context =>
                    string.Join(',', await Task.WhenAll(Enumerable.Range(0, 5).Select(
                        number => context.CallSubOrchestratorAsync<string>("Member", number)))))
                .AddOrchestratorFunc<int, string>("Member", (context, number) =>
                    $"{number} of {context.Parent?.Name} {context.Parent?.InstanceId}"),
            partitions: 3);

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Family", id: "f"));

        Assert.Equal("0 of Family f,1 of Family f,2 of Family f,3 of Family f,4 of Family f", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_version_comes_through_and_stays_over_continue_as_new_unless_another_is_given()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc<string[], string[]>("Versions", (context, seen) =>
            {
                seen = [.. seen, $"{context.Version}:{context.CompareVersionTo("1.5")}"];
                if (seen.Length < 3)
                {
                    string? next = seen.Length == 2 ? "2.0" : null;
                    context.ContinueAsNew(new ContinueAsNewOptions { NewInput = seen, NewVersion = next });
                }

                return seen;
            }));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Versions", Array.Empty<string>(), new StartOrchestrationOptions("it") { Version = "1.0" }, TestHub.Patience);

        Assert.Equal(["1.0:-1", "1.0:-1", "2.0:1"], (await hub.CompletionAsync("it")).ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_time_and_a_cancelled_one_never()
    {
        static async Task<string> Timers(TaskOrchestrationContext context)
        {
            var fired = new List<string>();
            using var given = new CancellationTokenSource();
            Task cancelled = context.CreateTimer(TimeSpan.FromSeconds(1), given.Token);
            Task late = Note("late", TimeSpan.FromSeconds(20));
            Task early = Note("early", TimeSpan.FromSeconds(10));
            given.Cancel();
            await Task.WhenAll(late, early);
            await Note("past", TimeSpan.FromSeconds(-5));
            return $"{cancelled.Status} {string.Join(' ', fired)}";

            async Task Note(string name, TimeSpan delay)
            {
                await context.CreateTimer(delay, CancellationToken.None);
                fired.Add(name);
            }
        }

        await using TestHub hub = await TestHub.StartAsync(registry => registry.AddOrchestratorFunc("Timers", Timers));
        string id = await hub.StartInstanceAsync("Timers");
        await hub.UntilAsync(id, state => state.WaitingFor.Count() == 2);

        hub.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("Canceled early late past", (await hub.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_nobody_waits_for_any_more_does_not_keep_the_orchestration_open()
    {
        var release = new TaskCompletionSource();
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<string>("Race", async context =>
            {
                Task slow = context.CallActivityAsync("Slow");
                Task<string> quick = context.WaitForExternalEvent<string>("say");
                return await Task.WhenAny(slow, quick) == quick ? await quick : "slow";
            })
            .AddActivityFunc("Slow", _ => release.Task));
        string id = await hub.StartInstanceAsync("Race");
        await hub.UntilAsync(id, state => state.WaitingFor.Any(waiting => waiting is ActivityScheduled));

        await hub.Client.RaiseEventAsync(id, "say", "quick", TestHub.Patience);
        OrchestrationMetadata end = await hub.CompletionAsync(id);
        release.SetResult();

        Assert.Equal("quick", end.ReadOutputAs<string>());
    }
}
