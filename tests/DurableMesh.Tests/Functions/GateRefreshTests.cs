using DurableMesh.Core.Gate;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Tests.Functions.GoldenHistories;
using DurableMesh.Tests.Functions.Store;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions;

/// <summary>A no of the gate is final: it is not said from what another host has overtaken.</summary>
public sealed class GateRefreshTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_another_host_wrote_a_moment_ago_is_there()
    {
        // A clock that stands still: whatever was read once is young for ever.
        var time = new FakeTimeProvider(SampleThread.Noon);
        var blobs = new MemoryBlobs();
        using var one = Started(time, blobs);
        using var two = Started(time, blobs);
        Assert.Null(await Tasks(one).FindAsync("t-1", Cancellation));
        var task = new CreateTaskRequest
        {
            Id = "t-1",
            Title = "CSV reader",
            Owner = "anna",
            State = MissionTaskState.InProgress,
        };
        Assert.Null((await Tasks(two).ChangeAsync(new TaskCreated(task), "anna", Cancellation)).Refusal);

        var gate = ActivatorUtilities.CreateInstance<EvaluateGate>(one.Services);
        var request = SampleThread.RequestOf() with { McTask = "t-1" };
        var report = await gate.RunAsync(
            SampleThread.AdmittedStartOf("thread-1", request, SampleThread.Noon),
            new Mock<DurableTaskClient>("none").Object,
            Cancellation);

        var rule = report.Rules.Single(one => one.Name == "mc_task_in_progress");
        Assert.True(rule.Outcome == GateOutcome.Approved, rule.Explanation);
    }

    private static MeshApp Started(TimeProvider time, IBlobs blobs)
    {
        var app = new MeshApp(time, blobs);
        foreach (var log in app.Services.GetServices<IStoreLog>())
        {
            log.Start();
        }

        return app;
    }

    private static ITaskDirectory Tasks(MeshApp app) => app.Services.GetRequiredService<ITaskDirectory>();
}
