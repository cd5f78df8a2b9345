using System.Collections.Concurrent;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.TaskHub;

/// <summary>
/// Two hosts on one hub: who answers, who waits, and what a host may say that does not know that it was deposed.
/// </summary>
public sealed class OwnershipTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly InMemoryHubStorage _storage;

    public OwnershipTests() => _storage = new InMemoryHubStorage(_time);

    [Fact]
    public async Task A_second_host_stands_by_for_the_owner_and_takes_over_when_that_one_stops()
    {
        TestHub first = await OwnerAsync();
        string id = await first.StartInstanceAsync("Listener");
        await using TestHub second = await StandbyAsync();
        using var metrics = new RecordedMetrics(second.Meters);

        HubOwner owner = second.Hub.State.Owner!;
        Assert.Equal((Environment.ProcessId, Environment.MachineName), (owner.ProcessId, owner.Machine));
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => second.Client.GetInstancesAsync(id, TestHub.Patience));
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => second.Client.GetAllInstancesAsync().CountAsync().AsTask());
        await Assert.ThrowsAsync<TaskHubUnavailableException>(
            () => second.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(), cancellation: TestHub.Patience));
        Assert.Equal(3, metrics.Of("durablemesh.engine.requests.refused", "error.type", "unavailable").Sum());

        await first.DisposeAsync();
        await UntilAsync(() => second.Hub.State.Role == TaskHubRole.Owner);
        Assert.NotNull(await second.Client.GetInstancesAsync(id, TestHub.Patience));
    }

    [Fact]
    public async Task A_lease_is_kept_while_the_host_waits_for_the_next_one()
    {
        IPartitionStorage next = _storage.Connect().OpenPartition(1);
        await next.TryAcquireLeaseAsync(new HubOwner("other", "elsewhere", 1, "", null), TestHub.Patience);
        var renewals = new ConcurrentQueue<int>();
        StorageFault Renewals(StorageCall call)
        {
            if (call.Operation == StorageOperation.RenewLease)
            {
                renewals.Enqueue(call.Partition);
            }

            return StorageFault.None;
        }

        await using TestHub hub = await TestHub.StartAsync(_storage, _time, Listener, Renewals, partitions: 2);
        await UntilAsync(() =>
        {
            _ = next.RenewLeaseAsync(TestHub.Patience);
            return !renewals.IsEmpty;
        });

        Assert.Equal(TaskHubRole.StandingBy, hub.Hub.State.Role);
        Assert.All(renewals, partition => Assert.Equal(0, partition));
    }

    [Fact]
    public async Task A_host_that_slept_past_its_lease_says_nothing_that_it_remembers()
    {
        var wakes = new TaskCompletionSource();
        await using TestHub sleeper = await OwnerAsync(
            call => call.Operation == StorageOperation.RenewLease ? StorageFault.None.After(wakes.Task) : StorageFault.None);
        string id = await sleeper.StartInstanceAsync("Listener");
        TestHub second = await StandbyAsync();
        await UntilAsync(() => second.Hub.State.Role == TaskHubRole.Owner);
        await second.Client.RaiseEventAsync(id, "say", "news", TestHub.Patience);
        await second.UntilAsync(id, state => state.CustomStatus == "\"news\"");

        Task<OrchestrationMetadata?> one = sleeper.Client.GetInstancesAsync(id, true, TestHub.Patience);
        Task<int> all = sleeper.Client.GetAllInstancesAsync().CountAsync().AsTask();
        Task<string> taken = sleeper.StartInstanceAsync("Listener", id: id);
        Task<OrchestrationMetadata> waits = sleeper.UntilAsync(id, _ => true);
        wakes.SetResult();

        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => one);
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => all);
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => taken);
        await UntilAsync(() => sleeper.Hub.State.Role == TaskHubRole.StandingBy);

        // A wait goes on, and sees what the other owner did.
        await second.DisposeAsync();
        await UntilAsync(() => waits.IsCompleted);
        Assert.Equal("\"news\"", (await waits).SerializedCustomStatus);
    }

    [Fact]
    public async Task Before_it_writes_a_host_makes_certain_of_its_part()
    {
        var wakes = new TaskCompletionSource();
        var opens = new TaskCompletionSource();
        await using TestHub sleeper = await OwnerAsync(
            call => call.Operation == StorageOperation.RenewLease ? StorageFault.None.After(wakes.Task) : StorageFault.None);
        Assert.Equal(TaskHubRole.Owner, (await sleeper.Hub.ConfirmAsync(TestHub.Patience)).Role);

        await using TestHub second = await TestHub.StartAsync(
            _storage,
            _time,
            Listener,
            call => call.Operation == StorageOperation.EnsureHub ? StorageFault.None.After(opens.Task) : StorageFault.None);
        Task<TaskHubState> early = second.Hub.ConfirmAsync(TestHub.Patience);
        Assert.Equal(TaskHubRole.Opening, second.Hub.State.Role);
        Assert.False(early.IsCompleted);
        opens.SetResult();
        Assert.Equal(TaskHubRole.StandingBy, (await early).Role);

        await UntilAsync(() => second.Hub.State.Role == TaskHubRole.Owner);
        Assert.Equal(TaskHubRole.Owner, sleeper.Hub.State.Role);
        Task<TaskHubState> late = sleeper.Hub.ConfirmAsync(TestHub.Patience);
        wakes.SetResult();
        Assert.Equal(TaskHubRole.StandingBy, (await late).Role);
    }

    [Fact]
    public async Task A_lease_that_ran_out_and_that_nobody_else_took_is_renewed_before_an_answer()
    {
        bool away = false;
        int renewals = 0;
        await using TestHub hub = await OwnerAsync(call =>
            call.Operation != StorageOperation.RenewLease ? StorageFault.None
            : Interlocked.Increment(ref renewals) > 0 && away ? StorageFault.FailBefore
            : StorageFault.None);
        string id = await hub.StartInstanceAsync("Listener");
        away = true;
        DateTimeOffset ranOut = _time.GetUtcNow() + _storage.LeaseDuration;
        await UntilAsync(() => _time.GetUtcNow() >= ranOut);

        Task<OrchestrationMetadata?> answer = hub.Client.GetInstancesAsync(id, TestHub.Patience);
        int before = renewals;
        await UntilAsync(() => renewals > before + 1);
        Assert.False(answer.IsCompleted);
        away = false;
        await UntilAsync(() => answer.IsCompleted);

        Assert.Equal(id, (await answer)!.InstanceId);
    }

    [Fact]
    public async Task After_an_outage_of_the_storage_the_owner_has_the_time_of_a_lease_to_come_back_first()
    {
        var attempts = new ConcurrentQueue<DateTimeOffset>();
        await using TestHub first = await OwnerAsync();
        await using TestHub second = await StandbyAsync(call =>
        {
            if (call.Operation == StorageOperation.AcquireLease)
            {
                attempts.Enqueue(_time.GetUtcNow());
            }

            return call is { Operation: StorageOperation.AcquireLease, Nth: 3 } ? StorageFault.FailBefore : StorageFault.None;
        });

        await UntilAsync(() => attempts.Count >= 4);

        DateTimeOffset[] times = [.. attempts];
        Assert.True(times[3] - times[2] >= _storage.LeaseDuration, $"{times[2]:T} and {times[3]:T}");
    }

    private static void Listener(DurableTaskRegistry registry) =>
        registry.AddOrchestratorFunc<object, string>("Listener", async (context, _) =>
        {
            while (true)
            {
                context.SetCustomStatus(await context.WaitForExternalEvent<string>("say"));
            }
        });

    private async Task<TestHub> OwnerAsync(StorageFaultPlan? faults = null)
    {
        TestHub hub = await TestHub.StartAsync(_storage, _time, Listener, faults);
        await UntilAsync(() => hub.Hub.State.Role == TaskHubRole.Owner);
        return hub;
    }

    private async Task<TestHub> StandbyAsync(StorageFaultPlan? faults = null)
    {
        TestHub hub = await TestHub.StartAsync(_storage, _time, Listener, faults);
        await UntilAsync(() => hub.Hub.State.Role == TaskHubRole.StandingBy);
        return hub;
    }

    /// <summary>Lets the clock run until something has come about.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken patience = TestHub.Patience;
        while (!condition())
        {
            patience.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, patience);
        }
    }
}
