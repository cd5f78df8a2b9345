using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>What a hub refuses rather than become slower and slower, and what is too large for it.</summary>
public sealed class LimitTests
{
    private static void Tasks(DurableTaskRegistry registry)
    {
        registry.AddOrchestratorFunc<object, int>("Listener", async (context, _) =>
        {
            int heard = 0;
            while (await context.WaitForExternalEvent<string>("say") != "end")
            {
                heard++;
            }

            return heard;
        });
        registry.AddOrchestratorFunc<int, string>("Shouter", async (context, size) =>
            await context.CallActivityAsync<string>("Shout", size));
        registry.AddActivityFunc<int, string>("Shout", (_, size) => new string('a', size));
        registry.AddOrchestratorFunc<int, string>("Author", (_, size) => Task.FromResult(new string('a', size)));
    }

    private static Task SayAsync(TestHub hub, string id, string word) =>
        hub.Client.RaiseEventAsync(id, "say", word, TestHub.Patience);

    /// <summary>A hub whose storage stands still while the gate is shut.</summary>
    private static Task<TestHub> StartAsync(Func<Task> gate, long pending = 1024 * 1024, long history = 64 * 1024 * 1024) =>
        TestHub.StartAsync(
            Tasks,
            call => call.Operation == StorageOperation.Append ? StorageFault.None.After(gate()) : StorageFault.None,
            configure: options => (options.MaximumPendingBytes, options.MaximumHistoryBytes) = (pending, history));

    [Fact]
    public async Task A_partition_that_cannot_commit_refuses_more_than_it_may_keep_and_loses_nothing_of_what_it_took()
    {
        var shut = new TaskCompletionSource();
        Task gate = Task.CompletedTask;
        await using TestHub hub = await StartAsync(() => gate);
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => hub.StartInstanceAsync("Listener")));
        gate = shut.Task;

        var word = new string('x', 100_000);
        Task[] sends = [.. ids.Concat(ids).Select(id => SayAsync(hub, id, word))];
        Task first = await Task.WhenAny(sends);
        var refusal = await Assert.ThrowsAsync<TaskHubOverloadedException>(() => first);
        shut.SetResult();
        await Task.WhenAll(sends).ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.WhenAll(ids.Select(id => SayAsync(hub, id, "end")));
        int heard = 0;
        foreach (string id in ids)
        {
            heard += (await hub.CompletionAsync(id)).ReadOutputAs<int>();
        }

        Assert.Contains("takes in 1,048,576", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(heard, 5, 15);
        Assert.Equal(sends.Count(send => send.IsCompletedSuccessfully), heard);
        Assert.All(
            sends.Where(send => send.IsFaulted),
            send => Assert.IsType<TaskHubOverloadedException>(send.Exception!.InnerException));
    }

    [Fact]
    public async Task One_noisy_instance_gets_a_quarter_and_the_others_the_rest()
    {
        var shut = new TaskCompletionSource();
        Task gate = Task.CompletedTask;
        await using TestHub hub = await StartAsync(() => gate);
        string noisy = await hub.StartInstanceAsync("Listener");
        string quiet = await hub.StartInstanceAsync("Listener");
        gate = shut.Task;

        var word = new string('x', 100_000);
        Task[] noise = [.. Enumerable.Range(0, 20).Select(_ => SayAsync(hub, noisy, word))];
        Task one = SayAsync(hub, quiet, word);
        var refusal = await Assert.ThrowsAsync<TaskHubOverloadedException>(async () => await await Task.WhenAny(noise));
        shut.SetResult();
        await one;
        await Task.WhenAll(noise).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Contains($"'{noisy}' has more than 262,144 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, noise.Count(send => send.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task What_changes_nothing_takes_up_no_room()
    {
        await using TestHub hub = await StartAsync(() => Task.CompletedTask, pending: 2_000);
        string ended = await hub.StartInstanceAsync("Listener");
        await SayAsync(hub, ended, "end");
        await hub.CompletionAsync(ended);

        for (int i = 0; i < 20; i++)
        {
            await SayAsync(hub, ended, "too late");
        }

        await hub.StartInstanceAsync("Listener");
    }

    [Fact]
    public async Task A_full_history_takes_no_more_events()
    {
        await using TestHub hub = await StartAsync(() => Task.CompletedTask, history: 10_000);
        string id = await hub.StartInstanceAsync("Listener");
        await SayAsync(hub, id, new string('x', 9_000));

        var refusal = await Assert.ThrowsAsync<TaskHubOverloadedException>(() => SayAsync(hub, id, new string('x', 2_000)));

        Assert.Contains("until its code has continued as new", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_lets_its_history_grow_too_large_is_failed_and_told_what_to_do()
    {
        await using TestHub hub = await StartAsync(() => Task.CompletedTask, history: 10_000);

        OrchestrationMetadata failed = await hub.CompletionAsync(await hub.StartInstanceAsync("Shouter", 20_000));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Contains("Call ContinueAsNew from time to time", failed.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Shouter")]
    [InlineData("Author")]
    public async Task A_result_that_is_too_large_fails_who_made_it_and_says_so(string name)
    {
        await using TestHub hub = await StartAsync(() => Task.CompletedTask);

        OrchestrationMetadata failed = await hub.CompletionAsync(
            await hub.StartInstanceAsync(name, BoundedConverter.MaximumCharacters));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Contains("Store it and send a reference", failed.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_is_too_large_is_refused()
    {
        await using TestHub hub = await StartAsync(() => Task.CompletedTask);
        string id = await hub.StartInstanceAsync("Listener");

        await Assert.ThrowsAsync<ArgumentException>(() => SayAsync(hub, id, new string('x', BoundedConverter.MaximumCharacters)));
    }
}
