using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.Functions.Store;
using DurableMesh.Tests.Functions.Tasks;
using Grpc.Core;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>Threads whose orchestration was stopped from outside the mesh, and to which nobody writes any more.</summary>
public sealed class StoppedThreadTests : IAsyncDisposable
{
    private static readonly TimeSpan UntilOverdue = TimeSpan.FromMinutes(30) + StoppedThreads.Grace + TimeSpan.FromMinutes(1);

    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    public async Task Whoever_asks_for_the_thread_learns_at_once_that_it_has_ended(OrchestrationRuntimeStatus status)
    {
        var id = await _mesh.StartedAsync();
        _mesh.Status = status;

        var thread = await _mesh.GetAsync(id);

        Assert.Equal(
            ("ended", "BLOCKED", "internal_error"), (thread.Text("state"), thread.Text("endState"), thread.Text("reason")));
        Assert.Contains($"is {status}", thread.Text("detail"), StringComparison.Ordinal);
        Assert.True(EvidenceVerifier.Verify((await _mesh.EvidenceAsync(id)).Utf8) is { Final: true, Holds: true });
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.NotFound)]
    public async Task Whoever_sends_to_what_the_official_hub_has_stopped_learns_that_it_has_ended(StatusCode code)
    {
        var id = await _mesh.StartedAsync();
        _mesh.Status = OrchestrationRuntimeStatus.Terminated;
        Refuse(code, "not running");

        var sent = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));

        Assert.Equal((409, "thread_ended"), (sent.Status, sent.Text("reason")));
        Assert.Equal("internal_error", (await _mesh.GetAsync(id)).Text("reason"));
    }

    [Fact]
    public async Task Whoever_repeats_a_message_that_came_in_before_the_thread_was_stopped_hears_that_it_is_known()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Client.Setup(one => one.RaiseEventAsync(
                It.IsAny<string>(), It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .Returns(async (string to, string _, object payload, CancellationToken _) =>
            {
                await _mesh.ReceiveAsync(to, (InboxEnvelope)payload with { RequestId = "an earlier try" });
                _mesh.Status = OrchestrationRuntimeStatus.Terminated;
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "not running"));
            });

        var again = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));

        Assert.Equal(("duplicate", "2", "ended"), (again.Text("receipt"), again.Text("sequence"), again.Text("threadState")));
    }

    [Fact]
    public async Task A_purged_thread_takes_nothing_and_can_be_cancelled_at_once()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Status = null;
        Refuse(StatusCode.NotFound, "No instance");

        var sent = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));
        var cancelled = await _mesh.CancelAsync(id);

        Assert.Equal((409, "orchestration_gone"), (sent.Status, sent.Code));
        Assert.Equal(202, cancelled.Status);
        Assert.Equal(
            ("BLOCKED", "cancelled"), ((await _mesh.GetAsync(id)).Text("endState"), (await _mesh.GetAsync(id)).Text("reason")));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Unknown)]
    [InlineData(StatusCode.Internal)]
    public async Task A_hub_whose_storage_is_away_is_a_503(StatusCode code)
    {
        var id = await _mesh.StartedAsync();
        Refuse(code, "Exception was thrown by handler.");

        var sent = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));

        Assert.Equal((503, "storage_unavailable"), (sent.Status, sent.Code));
    }

    [Fact]
    public async Task A_hub_that_does_not_answer_is_a_503_when_the_patience_is_over()
    {
        await using var mesh = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(300));
        var id = await mesh.StartedAsync();
        mesh.Client.Setup(one => one.RaiseEventAsync(id, It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .Returns((string _, string _, object _, CancellationToken cancellation) => CancelledRpcAsync(cancellation));

        var sent = await mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));

        Assert.Equal((503, "storage_unavailable"), (sent.Status, sent.Code));
    }

    [Fact]
    public async Task A_thread_whose_orchestration_stopped_after_its_end_is_finished_by_whoever_looks()
    {
        await using var tasks = new TaskFixture();
        await tasks.CreateAsync();
        var id = await _mesh.StartedAsync();
        await _mesh.CancelAsync(id);
        _mesh.Status = OrchestrationRuntimeStatus.Terminated;
        var stopped = new StoppedThreads(
            _mesh.Log,
            _mesh.Evidence,
            new ThreadTasks(tasks.Tasks),
            _mesh.Seals,
            new TaskHubCalls(Options.Create(new MeshOptions()), TimeProvider.System),
            _mesh.Time);
        var thread = (await _mesh.Log.FindAsync(id, default))!.View;

        await stopped.CheckAsync(_mesh.Client.Object, thread, default);
        Assert.Equal(MissionTaskState.InProgress, (await tasks.TaskAsync()).State);
        _mesh.Time.Advance(StoppedThreads.Grace + TimeSpan.FromMinutes(1));
        await stopped.CheckAsync(_mesh.Client.Object, thread, default);

        Assert.Equal(MissionTaskState.Blocked, (await tasks.TaskAsync()).State);
        Assert.NotNull(await _mesh.Blobs.FindAsync(thread.Evidence.Path, default));
    }

    [Fact]
    public async Task A_message_that_ended_its_thread_is_a_duplicate_and_not_too_late()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));
        // The verdict is taken in by another request while this one is under way.
        _mesh.Client.Setup(one => one.RaiseEventAsync(id, It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .Returns((string _, string _, object payload, CancellationToken _) =>
                _mesh.ReceiveAsync(id, (InboxEnvelope)payload with { RequestId = "another" }));

        var sent = await _mesh.SendAsync(id, SampleThread.PassOf("v-1"));

        Assert.Equal((200, "duplicate", "3"), (sent.Status, sent.Text("receipt"), sent.Text("sequence")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thread_that_stopped_before_or_behind_the_gate_ends_all_the_same(bool held)
    {
        await using var mesh = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(500))
        {
            Asleep = !held,
            Gate = SampleThread.Approval with { Outcome = GateOutcome.Held },
        };
        var id = await mesh.StartedAsync();
        mesh.Status = OrchestrationRuntimeStatus.Terminated;

        Assert.Equal("internal_error", (await mesh.GetAsync(id)).Text("reason"));
        Assert.Equal((0, 1), (Number(await mesh.StatsAsync(), "held"), Number(await mesh.StatsAsync(), "blocked")));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task A_thread_whose_orchestration_goes_on_stays_open_however_late_it_is(OrchestrationRuntimeStatus status)
    {
        var id = await _mesh.StartedAsync();
        _mesh.Status = status;
        _mesh.Time.Advance(UntilOverdue);

        Assert.Equal(1, Number(await _mesh.StatsAsync(), "open"));
        Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));
    }

    [Fact]
    public async Task An_orchestration_that_the_hub_does_not_know_is_taken_for_purged_only_when_its_thread_is_overdue()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Status = null;
        Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));

        _mesh.Time.Advance(UntilOverdue);

        var thread = await _mesh.GetAsync(id);
        Assert.Equal("internal_error", thread.Text("reason"));
        Assert.Contains("is gone", thread.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_lists_and_waits_count_no_overdue_thread_as_open()
    {
        Func<string, Task>[] looks =
            [_ => _mesh.StatsAsync(), _ => _mesh.ListAsync("?state=open"), id => _mesh.MessagesAsync(id)];
        foreach (var look in looks)
        {
            _mesh.Status = OrchestrationRuntimeStatus.Running;
            var id = await _mesh.StartedAsync();
            _mesh.Status = OrchestrationRuntimeStatus.Terminated;
            Assert.Equal(1, _mesh.Log.Ledger.OpenThreads(SampleThread.Builder));

            _mesh.Time.Advance(UntilOverdue);
            await look(id);

            Assert.Equal(0, _mesh.Log.Ledger.OpenThreads(SampleThread.Builder));
        }
    }

    [Fact]
    public async Task The_task_hub_is_asked_about_overdue_threads_only_a_few_at_a_time_and_once_a_minute()
    {
        for (var n = 0; n < 25; n++)
        {
            await _mesh.StartedAsync();
        }

        await _mesh.StatsAsync();
        Assert.Equal(0, Asked());

        _mesh.Time.Advance(UntilOverdue);
        await _mesh.StatsAsync();
        Assert.Equal(20, Asked());
        await _mesh.ListAsync("");
        Assert.Equal(25, Asked());
        await _mesh.StatsAsync();
        Assert.Equal(25, Asked());

        _mesh.Time.Advance(TimeSpan.FromMinutes(1));
        await _mesh.StatsAsync();
        Assert.Equal(45, Asked());
    }

    [Fact]
    public async Task A_task_hub_that_does_not_answer_hides_no_list()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Client.Setup(one => one.GetInstanceAsync(id, It.IsAny<CancellationToken>())).ThrowsAsync(new IOException("away"));
        _mesh.Time.Advance(UntilOverdue);

        Assert.Equal(
            id, Assert.Single((await _mesh.ListAsync("?state=open")).List("threads")).GetProperty("threadId").GetString());
    }

    private int Asked() => _mesh.Client.Invocations.Count(one => one.Method.Name == nameof(DurableTaskClient.GetInstanceAsync));

    private void Refuse(StatusCode code, string detail) => _mesh.Client.Setup(one => one.RaiseEventAsync(
            It.IsAny<string>(), It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>()))
        .ThrowsAsync(new RpcException(new Status(code, detail)));

    private static async Task CancelledRpcAsync(CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource();
        await using var stop = cancellation.Register(cancelled.SetResult);
        await cancelled.Task;
        throw new RpcException(new Status(StatusCode.Cancelled, "Call canceled by the client."));
    }

    private static int Number(Answer answer, string name) => answer.Body.GetProperty(name).GetInt32();
}
