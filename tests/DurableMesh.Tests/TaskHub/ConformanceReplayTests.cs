using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>Every way in which C# code can go on after a wait replays to the same state.</summary>
public sealed class ConformanceReplayTests
{
    private static readonly string[] Events = ["a", "b", "c"];

    private static readonly Dictionary<string, Func<TaskOrchestrationContext, Task<string>>> Bodies = new()
    {
        ["One after the other"] = async context =>
            await Hear(context, "a") + await Echo(context, "1") + await Hear(context, "b") + await Hear(context, "c"),

        ["WhenAll"] = async context =>
        {
            string[] heard = await Task.WhenAll(Hear(context, "c"), Hear(context, "a"), Echo(context, "1"), Hear(context, "b"));
            return string.Concat(heard);
        },

        ["WhenAny in a loop"] = async context =>
        {
            List<Task<string>> open = [Hear(context, "c"), Hear(context, "b"), Hear(context, "a"), Echo(context, "1")];
            string order = "";
            while (open.Count > 0)
            {
                Task<string> first = await Task.WhenAny(open);
                open.Remove(first);
                order += await first;
            }

            return new string([.. order.Where(char.IsLetter)]);
        },

        ["ContinueWith"] = async context =>
        {
            Task<string> both = Hear(context, "a").ContinueWith(
                heard => Echo(context, heard.Result + "!"),
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Current).Unwrap();
            return await Hear(context, "b") + await both + await Hear(context, "c");
        },

        ["StartNew"] = async context =>
        {
            Task<string> inner = await Task.Factory.StartNew(
                async () => await Hear(context, "a") + await Hear(context, "b"),
                CancellationToken.None,
                TaskCreationOptions.None,
                TaskScheduler.Current);
            return await inner + await Hear(context, "c");
        },

        ["Yield"] = async context =>
        {
            await Task.Yield();
            string heard = await Hear(context, "a");
            await Task.Yield();
            return heard + await Hear(context, "b") + await Echo(context, "2") + await Hear(context, "c");
        },

        ["Nested async methods side by side"] = async context =>
        {
            Task<string> left = Nested(context, "a", "b");
            Task<string> right = Nested(context, "c", "a2");
            context.SendEvent(context.InstanceId, "a2", "d");
            return await left + await right;
        },

        ["An async stream"] = async context =>
        {
            string heard = "";
            await foreach (string word in Stream(context))
            {
                heard += await Echo(context, word);
            }

            return heard;
        },

        ["A task that was completed before it is awaited"] = async context =>
        {
            Task<string> echo = Echo(context, "1");
            string heard = await Hear(context, "a") + await Hear(context, "b");
            return heard + await echo + await Hear(context, "c");
        },

        ["An exception that was caught"] = async context =>
        {
            string heard = await Hear(context, "a");
            try
            {
                await context.CallActivityAsync("Refuse", heard);
            }
            catch (TaskFailedException refused) when (refused.FailureDetails.IsCausedBy<NotSupportedException>())
            {
                heard += refused.FailureDetails.ErrorMessage;
            }

            return heard + await Hear(context, "b") + await Hear(context, "c");
        },
    };

    public static TheoryData<string> Orchestrators => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public async Task Code_that_is_replayed_after_every_event_ends_as_code_that_never_was(string name)
    {
        string? undisturbed = await RunAsync(name, crashing: false);
        string? replayed = await RunAsync(name, crashing: true);

        Assert.NotNull(undisturbed);
        Assert.Equal(undisturbed, replayed);
        Assert.All(Events, word => Assert.Contains(word, replayed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task During_replay_the_context_says_so_and_its_clock_and_guids_are_those_of_the_first_run()
    {
        var seen = new List<(bool Replaying, DateTime Now, Guid Id)>();
        void Tasks(DurableTaskRegistry registry) => registry.AddOrchestratorFunc("Watch", async context =>
        {
            seen.Add((context.IsReplaying, context.CurrentUtcDateTime, context.NewGuid()));
            await Hear(context, "a");
            seen.Add((context.IsReplaying, context.CurrentUtcDateTime, context.NewGuid()));
            await Hear(context, "b");
        });

        await using TestHub first = await TestHub.StartAsync(Tasks);
        string id = await first.StartInstanceAsync("Watch");
        await first.Client.WaitForInstanceStartAsync(id, TestHub.Patience);
        await using TestHub second = await first.CrashAndRestartAsync(Tasks);
        second.Time.Advance(TimeSpan.FromMinutes(1));
        await second.Client.RaiseEventAsync(id, "a", "a", TestHub.Patience);
        await second.Client.RaiseEventAsync(id, "b", "b", TestHub.Patience);
        await second.CompletionAsync(id);

        Assert.Equal([false, true, false], seen.Select(step => step.Replaying));
        Assert.Equal(seen[0] with { Replaying = true }, seen[1]);
        Assert.Equal(seen[0].Now.AddMinutes(1), seen[2].Now);
        Assert.NotEqual(seen[1].Id, seen[2].Id);
    }

    [Fact]
    public async Task Guids_are_those_of_durable_task()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry.AddOrchestratorFunc<object, Guid[]>(
            "Two", (context, _) => [context.NewGuid(), context.NewGuid()]));

        await hub.StartInstanceAsync("Two", id: "guids");

        // Version-5 UUIDs, by another implementation of RFC 9562, of "guids_2026-11-23T08:00:00.0000000Z_0" and "…_1".
        Assert.Equal(
            [new("c570a5ef-c4e8-5b6f-a7e0-62e34e36127f"), new Guid("41fe7309-9bbe-54f1-8a1d-b8e0579af95f")],
            (await hub.CompletionAsync("guids")).ReadOutputAs<Guid[]>()!);
    }

    private static async Task<string?> RunAsync(string name, bool crashing)
    {
        TestHub hub = await TestHub.StartAsync(Tasks);
        string id = await hub.StartInstanceAsync(name, id: "replayed");
        foreach (string word in Events)
        {
            if (crashing)
            {
                TestHub next = await hub.CrashAndRestartAsync(Tasks);
                await hub.DisposeAsync();
                hub = next;
            }

            await hub.Client.RaiseEventAsync(id, word, word, TestHub.Patience);
        }

        OrchestrationMetadata end = await hub.CompletionAsync(id);
        await hub.DisposeAsync();
        Assert.Equal((OrchestrationRuntimeStatus.Completed, null), (end.RuntimeStatus, end.FailureDetails?.ErrorMessage));
        return end.ReadOutputAs<string>();
    }

    private static void Tasks(DurableTaskRegistry registry)
    {
        foreach ((string name, Func<TaskOrchestrationContext, Task<string>> code) in Bodies)
        {
            registry.AddOrchestratorFunc(name, code);
        }

        registry.AddActivityFunc<string, string>("Echo", (_, said) => said);
        registry.AddActivityFunc<string, string>("Refuse", string (_, said) => throw new NotSupportedException($"no {said}"));
    }

    private static Task<string> Hear(TaskOrchestrationContext context, string name) => context.WaitForExternalEvent<string>(name);

    private static Task<string> Echo(TaskOrchestrationContext context, string said) =>
        context.CallActivityAsync<string>("Echo", said);

    private static async Task<string> Nested(TaskOrchestrationContext context, params string[] names)
    {
        string heard = "";
        foreach (string name in names)
        {
            heard += await Echo(context, await Hear(context, name));
        }

        return heard;
    }

    private static async IAsyncEnumerable<string> Stream(
        TaskOrchestrationContext context, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (string name in Events)
        {
            yield return await context.WaitForExternalEvent<string>(name, cancellation);
        }
    }
}
