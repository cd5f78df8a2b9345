using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace DurableMesh.Tests.LocalHost.DurableTask;

/// <summary>The client's short overloads end in the long ones, which a host implements.</summary>
public sealed class DurableTaskClientTests
{
    private readonly Mock<DurableTaskClient> _mock = new("test") { CallBase = true };
    private readonly CancellationToken _token = new CancellationTokenSource().Token;

    private DurableTaskClient Client => _mock.Object;

    [Fact]
    public async Task Starts_end_in_the_long_one()
    {
        var options = new StartOrchestrationOptions("i1");
        _mock.Setup(c => c.ScheduleNewOrchestrationInstanceAsync(
                "Run", It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), _token))
            .ReturnsAsync((TaskName _, object? input, StartOrchestrationOptions? given, CancellationToken _) =>
                $"{input ?? "none"} {given?.InstanceId ?? "none"}");

        Assert.Equal("none none", await Client.ScheduleNewOrchestrationInstanceAsync("Run", _token));
        Assert.Equal("7 none", await Client.ScheduleNewOrchestrationInstanceAsync("Run", 7, _token));
        Assert.Equal("none i1", await Client.ScheduleNewOrchestrationInstanceAsync("Run", options, _token));
    }

    [Fact]
    public async Task Steering_ends_in_the_long_ones()
    {
        _mock.Setup(c => c.RaiseEventAsync("i1", "say", (object?)null, _token)).Returns(Task.CompletedTask).Verifiable();
        _mock.Setup(c => c.SuspendInstanceAsync("i1", (string?)null, _token)).Returns(Task.CompletedTask).Verifiable();
        _mock.Setup(c => c.ResumeInstanceAsync("i1", (string?)null, _token)).Returns(Task.CompletedTask).Verifiable();

        await Client.RaiseEventAsync("i1", "say", _token);
        await Client.SuspendInstanceAsync("i1", _token);
        await Client.ResumeInstanceAsync("i1", _token);

        _mock.Verify();
    }

    [Fact]
    public async Task Termination_ends_in_the_one_with_options()
    {
        var seen = new List<TerminateInstanceOptions?>();
        _mock.Setup(c => c.TerminateInstanceAsync("i1", It.IsAny<TerminateInstanceOptions?>(), _token))
            .Callback((string _, TerminateInstanceOptions? options, CancellationToken _) => seen.Add(options))
            .Returns(Task.CompletedTask);

        await Client.TerminateInstanceAsync("i1", _token);
        await Client.TerminateInstanceAsync("i1", "done", _token);
        await Client.TerminateInstanceAsync("i1", (object?)null, _token);

        Assert.Equal([null, new TerminateInstanceOptions("done"), null], seen);
    }

    [Fact]
    public async Task Queries_end_in_the_one_that_hosts_implement()
    {
        var found = new OrchestrationMetadata("Run", "i1");
        _mock.Setup(c => c.GetInstancesAsync("i1", It.IsAny<bool>(), _token)).ReturnsAsync(found);

        Assert.Same(found, await Client.GetInstanceAsync("i1", _token));
        Assert.Same(found, await Client.GetInstanceAsync("i1", true, _token));
        Assert.Same(found, await Client.GetInstancesAsync("i1", _token));
        _mock.Verify(c => c.GetInstancesAsync("i1", true, _token), Times.Once);
        _mock.Verify(c => c.GetInstancesAsync("i1", false, _token), Times.Exactly(2));
    }

    [Fact]
    public async Task Waits_end_in_the_long_ones_without_data()
    {
        var found = new OrchestrationMetadata("Run", "i1");
        _mock.Setup(c => c.WaitForInstanceStartAsync("i1", false, _token)).ReturnsAsync(found);
        _mock.Setup(c => c.WaitForInstanceCompletionAsync("i1", false, _token)).ReturnsAsync(found);

        Assert.Same(found, await Client.WaitForInstanceStartAsync("i1", _token));
        Assert.Same(found, await Client.WaitForInstanceCompletionAsync("i1", _token));
    }

    [Fact]
    public async Task Purges_by_time_and_state_become_a_filter()
    {
        var from = DateTimeOffset.UnixEpoch;
        OrchestrationRuntimeStatus[] states = [OrchestrationRuntimeStatus.Failed];
        var seen = new List<(PurgeInstancesFilter, PurgeInstanceOptions?)>();
        _mock.Setup(c => c.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<PurgeInstanceOptions?>(), _token))
            .Callback((PurgeInstancesFilter filter, PurgeInstanceOptions? how, CancellationToken _) => seen.Add((filter, how)))
            .ReturnsAsync(new PurgeResult(1));
        var recursive = new PurgeInstanceOptions(true);

        await Client.PurgeInstancesAsync(from, null, states, recursive, _token);
        await Client.PurgeInstancesAsync(from, null, states, _token);
        await Client.PurgeInstancesAsync(null, from, recursive, _token);
        await Client.PurgeInstancesAsync(null, from, _token);
        await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(from), _token);

        Assert.Equal(
            [
                (new(from, null, states), recursive), (new(from, null, states), null),
                (new(null, from), recursive), (new(null, from), null), (new(from), null),
            ],
            seen);
    }

    [Fact]
    public async Task What_a_host_does_not_implement_it_says_it_cannot()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => Client.TerminateInstanceAsync("i1", _token));
        await Assert.ThrowsAsync<NotSupportedException>(() => Client.PurgeInstanceAsync("i1", _token));
        await Assert.ThrowsAsync<NotSupportedException>(() => Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(), _token));
        await Assert.ThrowsAsync<NotSupportedException>(() => Client.RestartAsync("i1", cancellation: _token));
    }
}
