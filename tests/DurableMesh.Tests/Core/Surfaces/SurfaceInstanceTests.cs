using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions;

namespace DurableMesh.Tests.Core.Surfaces;

public sealed class SurfaceInstanceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly WorkflowDefinition Workflow = new() { Name = "w", Actor = "b", McTask = "1" };

    private SurfaceInstance _agent = SurfaceInstance.Open(AgentOf(runs: 3), 1, Noon, "operator:ann");
    private SurfaceInstance _cron = SurfaceInstance.Open(CronOf(), 1, Noon, "operator:ann");

    [Fact]
    public void A_task_is_queued_once_and_another_one_under_its_key_is_refused()
    {
        Agent(Queue("r1", "one"));
        Agent(Queue("r1", "one"));

        Assert.Single(_agent.Runs);
        Assert.Equal("idempotency_conflict", Agent(Queue("r1", "two")));
        Assert.Equal("one", _agent.Find("r1")!.Task!.Subject);
    }

    [Fact]
    public void Tasks_run_one_after_the_other_in_the_order_in_which_they_came()
    {
        Agent(Queue("r1", "one"));
        Agent(Queue("r2", "two"));
        Assert.Equal("r1", _agent.NextRun?.RunId);

        Agent(Begin("r1"));
        Assert.Null(_agent.NextRun);
        Agent(Begin("r2"));
        Assert.Equal(SurfaceRunPhase.Queued, _agent.Find("r2")!.Phase);

        Agent(End("r1", EndState.Pass, 0.4m));
        Assert.Equal("r2", _agent.NextRun?.RunId);
        Assert.Equal((0.4m, 0.6m), (_agent.SpentUsd, _agent.LeftUsd));
    }

    [Fact]
    public void What_a_run_was_given_is_not_left_until_it_has_ended()
    {
        Agent(Queue("r1", "one"));
        Agent(Begin("r1", 0.75m));
        Assert.Equal(0.25m, _agent.LeftUsd);
        Agent(End("r1", EndState.Blocked, 0.1m));
        Assert.Equal(0.9m, _agent.LeftUsd);
        Agent(End("r1", EndState.Pass, 0.5m));
        Assert.Equal(0.1m, _agent.SpentUsd);
    }

    [Fact]
    public void It_ends_after_the_run_that_runs_and_what_waits_is_dropped_and_said()
    {
        Agent(Queue("r1", "one"));
        Agent(Queue("r2", "two"));
        Agent(Begin("r1"));
        Agent(new StopSurface(_agent.Id, SurfaceReason.TtlExpired, "over", Now: false));

        Assert.Equal((SurfacePhase.Ending, null), (_agent.Phase, _agent.EndState));
        Assert.Equal("surface_ended", Agent(Queue("r3", "three")));
        Assert.Null(_agent.NextRun);

        Agent(End("r1", EndState.Pass, 0));
        Assert.Equal(
            (SurfacePhase.Ended, EndState.Partial, SurfaceReason.TtlExpired), (_agent.Phase, _agent.EndState, _agent.Reason));
        Assert.Equal(SurfaceRunPhase.Dropped, _agent.Find("r2")!.Phase);
        Assert.Equal("surface_ended", Agent(new StopSurface(_agent.Id, SurfaceReason.Removed, null, Now: true)));
    }

    [Theory]
    [InlineData(EndState.Pass, EndState.Answered, EndState.Pass)]
    [InlineData(EndState.Pass, EndState.Blocked, EndState.Partial)]
    [InlineData(EndState.Blocked, EndState.Partial, EndState.Blocked)]
    public void Its_end_is_that_of_its_runs(EndState one, EndState two, EndState end)
    {
        foreach (var (run, state) in new[] { ("r1", one), ("r2", two) })
        {
            Agent(Queue(run, run));
            Agent(Begin(run));
            Agent(End(run, state, 0));
        }

        Agent(new StopSurface(_agent.Id, SurfaceReason.Removed, null, Now: false));
        Assert.Equal(end, _agent.EndState);
    }

    [Fact]
    public void An_agent_takes_no_more_tasks_than_its_limit()
    {
        foreach (var run in (string[])["r1", "r2", "r3"])
        {
            Assert.Null(Agent(Queue(run, run)));
        }

        Assert.Equal("max_runs", Agent(Queue("r4", "four")));
    }

    [Fact]
    public void The_first_reason_to_end_is_the_one_that_is_kept_and_a_cancel_may_come_later()
    {
        Agent(Queue("r1", "one"));
        Agent(Begin("r1"));
        Agent(new StopSurface(_agent.Id, SurfaceReason.MaxRuns, "all", Now: false));
        Agent(new StopSurface(_agent.Id, SurfaceReason.Removed, "ann", Now: true));

        Assert.Equal((SurfaceReason.MaxRuns, "all", true), (_agent.Reason, _agent.Detail, _agent.IsCancelling));
    }

    [Fact]
    public void Fires_are_considered_once()
    {
        var fires = new ConsiderFires(_cron.Id, Noon, Noon.AddHours(1), [new DueFire(Noon.AddHours(1), "f1")], 2);
        Cron(fires);
        Cron(fires);
        Cron(fires with { UpTo = Noon.AddHours(2), Fires = [new DueFire(Noon.AddHours(2), "f2")] });

        Assert.Equal(["f1"], _cron.Runs.Select(run => run.RunId));
        Assert.Equal((Noon.AddHours(1), 2), (_cron.Cursor, _cron.LeftOut));
    }

    [Fact]
    public void Runs_of_a_schedule_may_overlap()
    {
        Cron(new ConsiderFires(
            _cron.Id, Noon, Noon.AddHours(1), [new DueFire(Noon, "f1"), new DueFire(Noon.AddHours(1), "f2")], 0));
        Cron(Begin("f1", of: _cron.Id));
        Assert.Equal("f2", _cron.NextRun?.RunId);
    }

    [Fact]
    public void What_falls_into_a_pause_is_not_missed()
    {
        Cron(new PauseSurface(_cron.Id));
        Cron(new ConsiderFires(_cron.Id, Noon, Noon.AddHours(1), [new DueFire(Noon.AddHours(1), "f1")], 0));
        Assert.Empty(_cron.Runs);

        Cron(new ResumeSurface(_cron.Id), Noon.AddDays(1));
        Assert.Equal((SurfacePhase.Active, Noon.AddDays(1)), (_cron.Phase, _cron.Cursor));
    }

    [Fact]
    public void A_name_comes_again_once_its_instance_has_ended()
    {
        var board = Board(SurfaceBoard.Empty, new OpenSurface(AgentOf()));
        Assert.Same(board, Board(board, new OpenSurface(AgentOf())));
        Assert.Equal("surface_exists", board.Apply(new OpenSurface(AgentOf(runs: 7)), Noon, "t").Refusal?.Code);

        var first = board.Find(SurfaceKind.AgentFactory, "fixer")!.Id;
        board = Board(board, new StopSurface(first, SurfaceReason.Removed, null, Now: false));
        board = Board(board, new OpenSurface(AgentOf(runs: 7)));
        Assert.Equal(2, board.Find(SurfaceKind.AgentFactory, "fixer")!.Id.Generation);
        Assert.Equal(SurfacePhase.Ended, board.Find(first)!.Phase);
        Assert.Equal("schedule_not_found", board.Apply(new PauseSurface(_cron.Id), Noon, "t").Refusal?.Code);
    }

    [Fact]
    public void A_run_that_runs_has_an_owner()
    {
        var board = Board(SurfaceBoard.Empty, new OpenSurface(AgentOf()));
        board = Board(board, Queue("r1", "one"));
        Assert.Null(board.OwnerOf("r1"));
        board = Board(board, Begin("r1"));
        Assert.Equal("fixer", board.OwnerOf("r1")?.Id.Name);
        Assert.Null(Board(board, End("r1", EndState.Pass, 0)).OwnerOf("r1"));
    }

    [Fact]
    public void Every_change_is_read_from_the_log_as_it_was_written()
    {
        foreach (var change in (SurfaceChange[])
        [
            new OpenSurface(AgentOf()), new OpenSurface(CronOf()), Queue("r1", "one"), Begin("r1"), End("r1", EndState.Pass, 1),
            new ConsiderFires(_cron.Id, Noon, Noon.AddHours(1), [new DueFire(Noon, "f")], 1), new PauseSurface(_cron.Id),
            new ResumeSurface(_cron.Id), new StopSurface(_cron.Id, SurfaceReason.CostCap, "d", Now: true),
        ])
        {
            var text = JsonSerializer.Serialize(change, AppJson.Options);
            var read = JsonSerializer.Deserialize<SurfaceChange>(text, AppJson.Options);
            Assert.Equal(change.GetType(), read!.GetType());
            Assert.Equal(text, JsonSerializer.Serialize(read, AppJson.Options));
        }
    }

    [Fact]
    public void A_brief_tells_of_earlier_tasks_the_newest_first_and_no_more_than_fits()
    {
        var agent = SurfaceInstance.Open(AgentOf(runs: 100), 1, Noon, "t");
        Assert.Equal("do it", Prompt(agent));
        for (var n = 1; n <= 30; n++)
        {
            foreach (var step in (SurfaceStep[])[Queue($"r{n}", $"task {n}"), Begin($"r{n}", 0), End($"r{n}", EndState.Pass, 0)])
            {
                agent = agent.Apply(step, Noon).Instance;
            }
        }

        var memory = AgentMemory.Of(agent);
        Assert.Equal(AgentMemory.MostTasks, memory.Count);
        Assert.StartsWith("7 task 30: PASS", memory[0], StringComparison.Ordinal);
        Assert.Contains("evidence e/r30", memory[0], StringComparison.Ordinal);
        Assert.StartsWith("do it\n\nYour earlier tasks, the newest first:\n- 7 task 30", Prompt(agent), StringComparison.Ordinal);

        var wordy = SurfaceInstance.Open(AgentOf(runs: 100), 1, Noon, "t");
        for (var n = 1; n <= 20; n++)
        {
            foreach (var step in (SurfaceStep[])
                [Queue($"r{n}", new string('x', 500)), Begin($"r{n}", 0), End($"r{n}", EndState.Pass, 0)])
            {
                wordy = wordy.Apply(step, Noon).Instance;
            }
        }

        Assert.InRange(AgentMemory.Of(wordy).Sum(line => line.Length + 1), 1, AgentMemory.MostCharacters);

        static string Prompt(SurfaceInstance agent) =>
            AgentMemory.WorkflowOf(agent, TaskOf("next"), Noon).Steps[0].Prompt;
    }

    [Theory]
    [InlineData(MissedFires.Skip, "12:00", 3)]
    [InlineData(MissedFires.Once, "11:00 12:00", 2)]
    [InlineData(MissedFires.All, "09:00 10:00 11:00 12:00", 0)]
    public void Missed_fires_are_left_out_stand_for_one_or_are_made_up_for(MissedFires missed, string fires, int leftOut)
    {
        DateTimeOffset[] due = [Noon.AddHours(-3), Noon.AddHours(-2), Noon.AddHours(-1), Noon];

        var plan = FirePlan.Of(due, Noon.AddSeconds(5), missed);

        Assert.Equal(fires, string.Join(' ', plan.Fires.Select(fire => fire.ToString("HH:mm", CultureInfo.InvariantCulture))));
        Assert.Equal(leftOut, plan.LeftOut);
    }

    [Fact]
    public void No_more_than_a_hundred_missed_fires_are_made_up_for_and_the_rest_is_counted()
    {
        var due = Enumerable.Range(1, 250).Select(n => Noon.AddMinutes(n)).ToList();

        var plan = FirePlan.Of(due, Noon.AddDays(1), MissedFires.All);

        Assert.Equal((100, 150), (plan.Fires.Count, plan.LeftOut));
        Assert.Equal(due[^1], plan.Fires[^1]);
    }

    private static SurfaceOpening AgentOf(int runs = 100) => new()
    {
        Kind = SurfaceKind.AgentFactory,
        Name = "fixer",
        Limits = new SurfaceLimits(TimeSpan.FromDays(1), 1, runs),
        Agent = new AgentInput("b", "v", "c"),
    };

    private static SurfaceOpening CronOf() => new()
    {
        Kind = SurfaceKind.Cron,
        Name = "nightly",
        Limits = new SurfaceLimits(TimeSpan.FromDays(1), 1, 100),
        Schedule = new ScheduleInput("0 * * * *", "Etc/UTC", MissedFires.Skip, Workflow),
    };

    private static SurfaceId Fixer => new(SurfaceKind.AgentFactory, "fixer", 1);

    private static AgentTask TaskOf(string subject) => new()
    {
        McTask = "7",
        Subject = subject,
        Prompt = "do it",
        Acceptance = [new AcceptanceCriterion("AC-1", "done")],
    };

    private static QueueTask Queue(string run, string subject) => new(Fixer, run, TaskOf(subject));

    private static BeginRun Begin(string run, decimal usd = 0.5m, SurfaceId? of = null) => new(of ?? Fixer, run, usd, Workflow);

    private static EndRun End(string run, EndState end, decimal usd) =>
        new(Fixer, run, new SurfaceResult(end, WorkflowReason.Completed, null, usd, $"e/{run}", null));

    private static SurfaceBoard Board(SurfaceBoard before, SurfaceChange change)
    {
        var (state, refusal) = before.Apply(change, Noon, "operator:ann");
        Assert.Null(refusal);
        return state;
    }

    private string? Agent(SurfaceStep step)
    {
        (_agent, var refusal) = _agent.Apply(step, Noon);
        return refusal?.Code;
    }

    private void Cron(SurfaceStep step, DateTimeOffset? at = null) => _cron = _cron.Apply(step, at ?? Noon).Instance;
}
