using System.Text;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Surfaces;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;
using DurableMesh.Tests.Functions.GoldenHistories;
using DurableMesh.Tests.Functions.Store;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions.Surfaces;

/// <summary>
/// Turns of persistent agents and schedules over the app's own store, with a task hub that only notes what is started.
/// </summary>
public sealed class SurfaceActivitiesTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);
    private readonly MemoryBlobs _blobs = new();
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly List<string> _started = [];
    private MeshApp _app;

    public SurfaceActivitiesTests()
    {
        _client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .Returns((TaskName _, object _, StartOrchestrationOptions start, CancellationToken _) =>
            {
                _started.Add(start.InstanceId!);
                return Task.FromResult(start.InstanceId!);
            });
        _app = Open();
    }

    public void Dispose() => _app.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISurfaceDirectory Surfaces => _app.Services.GetRequiredService<ISurfaceDirectory>();

    private IWorkflowDirectory Workflows => _app.Services.GetRequiredService<IWorkflowDirectory>();

    [Fact]
    public async Task A_fire_starts_a_run_once_and_the_next_wake_is_the_next_fire()
    {
        var id = await ScheduleAsync("0 * * * *");
        var moves = await TurnAsync(id);
        Assert.Equal((false, Noon.AddHours(1)), (moves.IsOver, moves.WakeAt));
        Assert.Empty(_started);

        _time.Advance(TimeSpan.FromHours(1));
        await TurnAsync(id);
        await TurnAsync(id);

        var run = Assert.Single((await FindAsync(id)).Runs);
        Assert.Equal((ThreadId.OfFire(id, Noon.AddHours(1)), SurfaceRunPhase.Running), (run.RunId, run.Phase));
        Assert.Equal("nightly", (await Workflows.FindAsync(run.RunId, Cancellation))!.Start.Name);
        Assert.Equal([run.RunId], _started.Distinct());
    }

    [Fact]
    public async Task A_host_that_was_away_goes_on_from_the_store_and_makes_up_for_what_was_missed()
    {
        var id = await ScheduleAsync("0 * * * *", missed: "once");
        _app.Dispose();
        _time.Advance(TimeSpan.FromHours(5.5));
        _app = Open();

        await TurnAsync(id);

        var schedule = await FindAsync(id);
        Assert.Equal((1, 4), (schedule.Runs.Count, schedule.LeftOut));
        Assert.Equal(Noon.AddHours(5), schedule.Runs[0].FireAt);
        Assert.Equal(4, schedule.Runs[0].LeftOut);
    }

    [Fact]
    public async Task A_run_that_was_recorded_as_begun_and_never_started_is_started_by_the_next_turn()
    {
        var id = await ScheduleAsync("0 * * * *");
        var run = ThreadId.OfFire(id, Noon);
        await StepAsync(new ConsiderFires(id, Noon, Noon.AddHours(1), [new DueFire(Noon, run)], 0));
        var workflow = (await FindAsync(id)).Start.Schedule!.Workflow;
        await StepAsync(new BeginRun(id, run, 1, workflow));
        Assert.Null(await Workflows.FindAsync(run, Cancellation));

        await TurnAsync(id);

        Assert.NotNull(await Workflows.FindAsync(run, Cancellation));
        Assert.Contains(run, _started);
    }

    [Fact]
    public async Task What_a_run_came_to_is_kept_with_its_cost_and_its_evidence()
    {
        var id = await ScheduleAsync("0 * * * *");
        _time.Advance(TimeSpan.FromHours(1));
        await TurnAsync(id);
        var run = (await FindAsync(id)).Runs[0];
        await EndAsync(run.RunId, EndState.Pass, 0.25m);

        await TurnAsync(id);

        var schedule = await FindAsync(id);
        Assert.Equal((EndState.Pass, 0.25m), (schedule.Runs[0].Result!.EndState, schedule.SpentUsd));
        Assert.StartsWith("evidence/2026/11/workflow-", schedule.Runs[0].Result!.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_money_and_the_number_of_runs_end_a_schedule_with_the_reason_and_its_evidence()
    {
        var id = await ScheduleAsync("0 * * * *", limits: """{"costCapUsd":1,"ttl":"PT90M"}""");
        _time.Advance(TimeSpan.FromHours(2));
        Assert.True((await TurnAsync(id)).IsOver);
        Assert.Equal(SurfaceReason.TtlExpired, (await FindAsync(id)).Reason);
        var evidence = await _app.Services.GetRequiredService<IEvidenceStore>()
            .FindAsync((await FindAsync(id)).EvidencePath, Cancellation);
        Assert.Contains("\"final\": true", Encoding.UTF8.GetString(evidence!.Value.Span), StringComparison.Ordinal);

        id = await ScheduleAsync("0 * * * *", limits: """{"costCapUsd":1,"runs":1}""");
        await FireAsync(id);
        Assert.Equal(SurfacePhase.Ending, (await FindAsync(id)).Phase);
        await EndAsync((await FindAsync(id)).Runs[0].RunId, EndState.Pass, 0.1m);
        Assert.True((await TurnAsync(id)).IsOver);
        Assert.Equal(
            (SurfaceReason.MaxRuns, EndState.Pass), ((await FindAsync(id)).Reason, (await FindAsync(id)).EndState));

        id = await ScheduleAsync("0 * * * *", limits: """{"costCapUsd":1}""");
        await FireAsync(id);
        await EndAsync((await FindAsync(id)).Runs[0].RunId, EndState.Pass, 0.6m);
        await FireAsync(id);
        Assert.Equal(SurfaceReason.CostCap, (await FindAsync(id)).Reason);
        Assert.Contains("0.4 US dollars are left", (await FindAsync(id)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_that_does_not_check_any_more_ends_its_run_and_says_why()
    {
        var id = await ScheduleAsync("0 * * * *");
        var run = ThreadId.OfFire(id, Noon);
        await StepAsync(new ConsiderFires(id, Noon, Noon.AddHours(1), [new DueFire(Noon, run)], 0));
        var workflow = (await FindAsync(id)).Start.Schedule!.Workflow;
        await StepAsync(new BeginRun(id, run, 1, workflow with { Actor = "gone" }));

        await TurnAsync(id);

        var result = (await FindAsync(id)).Runs[0].Result!;
        Assert.Equal((EndState.Blocked, null), (result.EndState, result.Reason));
        Assert.Contains("gone", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_does_its_tasks_one_after_the_other_and_keeps_what_they_came_to()
    {
        var id = await AgentAsync();
        await StepAsync(new QueueTask(id, Guid("1"), TaskOf("first")));
        await StepAsync(new QueueTask(id, Guid("2"), TaskOf("second")));
        await TurnAsync(id);
        Assert.Null(await Workflows.FindAsync(Guid("2"), Cancellation));

        await EndAsync(Guid("1"), EndState.Pass, 0.2m);
        _app.Dispose();
        _app = Open();
        await TurnAsync(id);

        var second = await Workflows.FindAsync(Guid("2"), Cancellation);
        Assert.Equal(DurableMesh.Core.Authority.Surface.AgentFactory, second!.Start.Surface);
        Assert.Contains("- 1 first: PASS", second.Steps[0].Plan.Prompt, StringComparison.Ordinal);
        Assert.Equal(0.2m, (await FindAsync(id)).SpentUsd);
    }

    [Fact]
    public async Task An_agent_that_is_ended_now_cancels_the_task_that_runs()
    {
        var id = await AgentAsync();
        await StepAsync(new QueueTask(id, Guid("1"), TaskOf("first")));
        await TurnAsync(id);
        await StepAsync(new StopSurface(id, SurfaceReason.Removed, "enough", Now: true));

        await TurnAsync(id);
        Assert.Equal(WorkflowReason.Cancelled, (await Workflows.FindAsync(Guid("1"), Cancellation))!.Ended?.Reason);
        Assert.True((await TurnAsync(id)).IsOver);
        Assert.Equal(EndState.Blocked, (await FindAsync(id)).EndState);
    }

    private static AgentTask TaskOf(string subject) => new()
    {
        McTask = "1",
        Subject = subject,
        Prompt = "do it",
        Acceptance = [new AcceptanceCriterion("AC-1", "done")],
        CostCapUsd = 0.5m,
    };

    private static string Guid(string digit) => $"00000000-0000-8000-8000-00000000000{digit}";

    private MeshApp Open()
    {
        var app = new MeshApp(_time, _blobs, _client.Object);
        app.OpenStore();
        return app;
    }

    private async Task<SurfaceId> ScheduleAsync(
        string cron, string missed = "skip", string limits = """{"costCapUsd":10}""")
    {
        var around = await _app.Services.GetRequiredService<WorkflowDrafts>().AroundAsync(Cancellation);
        var read = SurfaceReader.ReadSchedule(
            Encoding.UTF8.GetBytes($$$"""
                {"name":"nightly-{{{System.Guid.NewGuid():N}}}","cron":"{{{cron}}}","timeZone":"Etc/UTC","missed":"{{{missed}}}",
                "limits":{{{limits}}},
                "workflow":{"name":"nightly","actor":"codecraft-builder","mcTask":"1","limits":{"costCapUsd":0.5},
                "steps":[{"id":"one","company":"proveo","title":"check","prompt":"check it","endState":"PASS"}]}}
                """),
            around,
            (expression, zone) => CronTimes.MistakesOf(expression, zone, around.Now));
        Assert.Empty(read.Errors);
        return await OpenAsync(read.Value!);
    }

    private Task<SurfaceId> AgentAsync() => OpenAsync(new SurfaceOpening
    {
        Kind = SurfaceKind.AgentFactory,
        Name = "fixer",
        Limits = new SurfaceLimits(TimeSpan.FromDays(1), 5, 10),
        Agent = new AgentInput(SampleThread.Builder, SampleThread.Verifier, "proveo"),
    });

    private async Task<SurfaceId> OpenAsync(SurfaceOpening opening)
    {
        var opened = await Surfaces.ChangeAsync(new OpenSurface(opening), "operator:ann", Cancellation);
        Assert.Null(opened.Refusal);
        return opened.State.Find(opening.Kind, opening.Name)!.Id;
    }

    private Task<SurfaceMoves> TurnAsync(SurfaceId id) =>
        ActivatorUtilities.CreateInstance<SurfaceActivities>(_app.Services)
            .TurnSurface(new SurfaceTurn(id, _time.GetUtcNow()), _client.Object, Cancellation);

    private async Task FireAsync(SurfaceId id)
    {
        _time.Advance(TimeSpan.FromHours(1));
        await TurnAsync(id);
        await TurnAsync(id);
    }

    private async Task StepAsync(SurfaceStep step) =>
        Assert.Null((await Surfaces.ChangeAsync(step, "operator:ann", Cancellation)).Refusal);

    private async Task<SurfaceInstance> FindAsync(SurfaceId id) => (await Surfaces.ReadNewestAsync(Cancellation)).Find(id)!;

    private async Task EndAsync(string runId, EndState end, decimal usd)
    {
        var step = (await Workflows.FindAsync(runId, Cancellation))!.Steps[0].Plan.Id;
        await Workflows.ChangeAsync(
            new StartStep(runId, new StepMove(step, 1, 0.5m), System.Guid.NewGuid().ToString(), []), "mesh", Cancellation);
        await Workflows.ChangeAsync(
            new EndStep(runId, step, 1, new StepResult(end, EndReason.Verified, null, usd, null, null)), "mesh", Cancellation);
        Assert.NotNull((await Workflows.FindAsync(runId, Cancellation))!.Ended);
    }
}
