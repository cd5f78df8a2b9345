using DurableMesh.TaskHub.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>External events arrive as Durable Task's do.</summary>
public sealed class ConformanceEventTests
{
    [Fact]
    public async Task Of_several_waits_for_one_name_the_youngest_is_served_first()
    {
        await using TestHub hub = await Running("Three", async context =>
        {
            Task<string> first = context.WaitForExternalEvent<string>("say");
            Task<string> second = context.WaitForExternalEvent<string>("say");
            Task<string> third = context.WaitForExternalEvent<string>("say");
            return string.Join(',', await Task.WhenAll(first, second, third));
        });

        await Raise(hub, ("say", "1"), ("say", "2"), ("say", "3"));

        Assert.Equal("3,2,1", await Output(hub));
    }

    [Fact]
    public async Task Names_ignore_case()
    {
        await using TestHub hub = await Running("Case", context => context.WaitForExternalEvent<string>("Verdict"));

        await Raise(hub, ("VERDICT", "pass"));

        Assert.Equal("pass", await Output(hub));
    }

    [Fact]
    public async Task Events_that_come_before_the_wait_are_kept_in_their_order()
    {
        await using TestHub hub = await Running("Late", async context =>
        {
            await context.WaitForExternalEvent<string>("go");
            return await context.WaitForExternalEvent<string>("say") + await context.WaitForExternalEvent<string>("say");
        });

        await Raise(hub, ("say", "1"), ("other", "x"), ("say", "2"), ("go", "now"));

        Assert.Equal("12", await Output(hub));
    }

    [Fact]
    public async Task Events_that_come_before_the_start_are_kept()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry.AddOrchestratorFunc<string>(
            "Early",
            async context =>
                await context.WaitForExternalEvent<string>("say") + await context.WaitForExternalEvent<string>("say")));
        await Raise(hub, ("say", "1"), ("say", "2"));
        await hub.StartInstanceAsync("Early", id: "it");

        Assert.Equal("12", await Output(hub));
    }

    [Theory]
    [InlineData(true, "12")]
    [InlineData(false, "3")]
    public async Task Continue_as_new_carries_the_unprocessed_events_over_or_drops_them(bool preserve, string heard)
    {
        async Task<string> Turn(TaskOrchestrationContext context, int turn)
        {
            if (turn == 0)
            {
                await context.WaitForExternalEvent<string>("turn");
                context.ContinueAsNew(1, preserve);
                return "";
            }

            string first = await context.WaitForExternalEvent<string>("say");
            return first == "1" ? first + await context.WaitForExternalEvent<string>("say") : first;
        }

        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc<int, string>("Turn", Turn));
        await hub.StartInstanceAsync("Turn", 0, "it");
        await Raise(hub, ("say", "1"), ("say", "2"), ("turn", "now"));
        await hub.UntilAsync("it", state => state.Input == "1");
        await Raise(hub, ("say", "3"));

        Assert.Equal(heard, await Output(hub));
    }

    [Fact]
    public async Task Waiting_for_one_name_with_two_types_is_an_error()
    {
        await using TestHub hub = await Running("Types", async context =>
        {
            Task<string> text = context.WaitForExternalEvent<string>("say");
            try
            {
                Task<int> number = context.WaitForExternalEvent<int>("SAY");
                return $"{await number}";
            }
            catch (ArgumentException refused)
            {
                return $"refused, then {await text}: {refused.Message.Contains("say", StringComparison.OrdinalIgnoreCase)}";
            }
        });

        await Raise(hub, ("say", "1"));

        Assert.Equal("refused, then 1: True", await Output(hub));
    }

    [Fact]
    public async Task A_wait_that_was_cancelled_still_takes_the_next_event()
    {
        await using TestHub hub = await Running("Swallow", async context =>
        {
            Task<string> older = context.WaitForExternalEvent<string>("say");
            using var given = new CancellationTokenSource();
            Task<string> younger = context.WaitForExternalEvent<string>("say", given.Token);
            given.Cancel();
            return $"{younger.IsCanceled} {await older}";
        });

        await Raise(hub, ("say", "1"), ("say", "2"));

        Assert.Equal("True 2", await Output(hub));
    }

    [Fact]
    public async Task A_wait_with_a_timeout_ends_by_the_event_or_by_the_orchestrations_clock()
    {
        const int SecondTimer = 1;
        await using TestHub hub = await Running("Patient", async context =>
        {
            string said = await context.WaitForExternalEvent<string>("say", TimeSpan.FromMinutes(5));
            try
            {
                return said + await context.WaitForExternalEvent<string>("again", TimeSpan.FromMinutes(5));
            }
            catch (OperationCanceledException)
            {
                return $"{said} and nothing at {context.CurrentUtcDateTime:HH:mm}";
            }
        });
        await Raise(hub, ("say", "1"));
        await hub.UntilAsync("it", state => state.WaitingFor.OfType<TimerCreated>().Any(timer => timer.Id == SecondTimer));

        hub.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("1 and nothing at 08:05", await Output(hub));
    }

    [Fact]
    public async Task An_event_after_the_end_is_no_error_and_changes_nothing()
    {
        await using TestHub hub = await Running("Short", context => context.WaitForExternalEvent<string>("say"));
        await Raise(hub, ("say", "1"));
        await hub.CompletionAsync("it");

        await Raise(hub, ("say", "2"));

        Assert.Equal("1", await Output(hub));
    }

    [Fact]
    public async Task An_event_of_the_wrong_shape_fails_the_wait_and_not_the_host()
    {
        await using TestHub hub = await Running("Number", async context =>
        {
            try
            {
                return $"{await context.WaitForExternalEvent<int>("say")}";
            }
            catch (System.Text.Json.JsonException)
            {
                return $"then {await context.WaitForExternalEvent<int>("say")}";
            }
        });

        await Raise(hub, ("say", "seven"));
        await hub.Client.RaiseEventAsync("it", "say", 7, TestHub.Patience);

        Assert.Equal("then 7", await Output(hub));
    }

    [Fact]
    public async Task Orchestrations_send_events_to_each_other_across_partitions()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry
                .AddOrchestratorFunc<string>("Hearer", context => context.WaitForExternalEvent<string>("say"))
                .AddOrchestratorFunc("Sayer", async context =>
                {
                    for (int i = 0; i < 8; i++)
                    {
                        context.SendEvent($"hearer-{i}", "say", $"hello {i}");
                    }

                    await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                }),
            partitions: 4);
        for (int i = 0; i < 8; i++)
        {
            await hub.StartInstanceAsync("Hearer", id: $"hearer-{i}");
        }

        await hub.StartInstanceAsync("Sayer");

        for (int i = 0; i < 8; i++)
        {
            Assert.Equal($"hello {i}", (await hub.CompletionAsync($"hearer-{i}")).ReadOutputAs<string>());
        }
    }

    private static async Task<TestHub> Running(string name, Func<TaskOrchestrationContext, Task<string>> code)
    {
        TestHub hub = await TestHub.StartAsync(registry => registry.AddOrchestratorFunc(name, code));
        await hub.StartInstanceAsync(name, id: "it");
        await hub.Client.WaitForInstanceStartAsync("it", TestHub.Patience);
        return hub;
    }

    private static async Task Raise(TestHub hub, params (string Name, string Payload)[] events)
    {
        foreach ((string name, string payload) in events)
        {
            await hub.Client.RaiseEventAsync("it", name, payload, TestHub.Patience);
        }
    }

    private static async Task<string?> Output(TestHub hub)
    {
        OrchestrationMetadata end = await hub.CompletionAsync("it");
        return end.FailureDetails?.ToString() ?? end.ReadOutputAs<string>();
    }
}
