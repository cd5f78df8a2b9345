using System.Text.Json;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Tasks;

public sealed class TaskBoardTests
{
    private static readonly (MissionTaskState From, MissionTaskState To)[] Legal =
    [
        (MissionTaskState.Open, MissionTaskState.InProgress),
        (MissionTaskState.InProgress, MissionTaskState.ReadyForReview),
        (MissionTaskState.InProgress, MissionTaskState.Blocked),
        (MissionTaskState.InProgress, MissionTaskState.Open),
        (MissionTaskState.Blocked, MissionTaskState.InProgress),
        (MissionTaskState.Blocked, MissionTaskState.Open),
        (MissionTaskState.ReadyForReview, MissionTaskState.Done),
        (MissionTaskState.ReadyForReview, MissionTaskState.InProgress),
    ];

    public static TheoryData<MissionTaskState, MissionTaskState, bool> Moves =>
    [
        .. from one in Enum.GetValues<MissionTaskState>()
           from other in Enum.GetValues<MissionTaskState>()
           where one != other
           select (one, other, Legal.Contains((one, other))),
    ];

    [Theory]
    [MemberData(nameof(Moves))]
    public void A_task_moves_as_it_may_and_in_no_other_way(MissionTaskState from, MissionTaskState to, bool legal)
    {
        var board = new Board().In(from);

        var refusal = board.Move(to, Board.Owner, "more.md");

        Assert.Equal(legal ? to : from, board.Task.State);
        Assert.Equal(legal ? null : "illegal_transition", refusal?.Code);
        Assert.Equal(legal, (board.Task.History[^1].From, board.Task.History[^1].To) == (from, to));
    }

    [Fact]
    public void A_refused_move_says_what_is_allowed() => Assert.Equal(
        "Task 101959 is in_progress and cannot become done; it can become ready_for_review or blocked or open.",
        new Board().Move(MissionTaskState.Done)!.Detail);

    [Fact]
    public void Only_the_owner_calls_it_done()
    {
        var board = new Board().In(MissionTaskState.ReadyForReview);

        var refusal = board.Move(MissionTaskState.Done, by: "bertil", "proof.json");

        Assert.Equal((RefusalKind.Forbidden, "not_task_owner"), (refusal!.Kind, refusal.Code));
        Assert.Null(board.Move(MissionTaskState.Done, Board.Owner));
        Assert.Equal(MissionTaskState.Done, board.Task.State);
    }

    [Fact]
    public void Nobody_takes_a_task_from_its_owner_to_call_it_done()
    {
        var board = new Board().In(MissionTaskState.ReadyForReview);

        Assert.Equal("not_task_owner", board.Patch(new() { By = "bertil", Owner = "bertil" })!.Code);
        Assert.Equal(
            "not_task_owner", board.Patch(new() { By = "bertil", Owner = "bertil", State = MissionTaskState.Done })!.Code);

        Assert.Null(board.Patch(new() { By = Board.Owner, Owner = "bertil" }));
        Assert.Equal(("bertil", Board.Owner), (board.Task.Owner, board.Task.History[^1].PreviousOwner));
        Assert.Null(board.Move(MissionTaskState.Done, "bertil"));
    }

    [Theory]
    [InlineData(false, "anna has left", "not_task_owner")]
    [InlineData(true, null, "not_task_owner")]
    [InlineData(true, "anna has left", null)]
    public void An_operator_gives_a_task_to_another_and_says_why(bool isOperator, string? why, string? refused)
    {
        var board = new Board().In(MissionTaskState.ReadyForReview);
        TaskPatched given = new(Board.Id, null, new() { By = "ops", Owner = "bertil", Why = why }) { ByOperator = isOperator };
        TaskPatched andDone = given with { Patch = given.Patch with { State = MissionTaskState.Done } };

        Assert.Equal("not_task_owner", board.Apply(andDone, "ops")!.Code);
        Assert.Equal(refused, board.Apply(given, "ops")?.Code);

        Assert.Equal(refused is null ? "bertil" : Board.Owner, board.Task.Owner);
        if (refused is null)
        {
            var entry = board.Task.History[^1];
            Assert.Equal(("ops", Board.Owner, why), (entry.By, entry.PreviousOwner, entry.Why));
            Assert.Null(board.Move(MissionTaskState.Done, "bertil", "proof.json"));
        }
    }

    [Fact]
    public void It_is_done_only_with_evidence()
    {
        var board = new Board();
        board.Move(MissionTaskState.ReadyForReview);

        Assert.Equal("evidence_missing", board.Move(MissionTaskState.Done)!.Code);
        Assert.Null(board.Move(MissionTaskState.Done, Board.Owner, "review.md"));
        Assert.Equal(["review.md"], board.Task.Evidence);
    }

    [Fact]
    public void The_evidence_of_a_thread_that_passed_is_enough()
    {
        var board = new Board();
        board.Pass("t-1");

        Assert.Null(board.Move(MissionTaskState.Done));
        Assert.Equal(["evidence/t-1.json"], board.Task.Evidence);
    }

    [Fact]
    public void What_is_done_stays_as_it_is()
    {
        var board = new Board().In(MissionTaskState.Done);

        Assert.Equal("illegal_transition", board.Patch(new() { By = Board.Owner, Title = "another" })!.Code);
        Assert.Null(board.Move(MissionTaskState.Done));
        Assert.Equal("CSV reader", board.Task.Title);
    }

    [Theory]
    [InlineData(EndState.Pass, EndReason.Verified, MissionTaskState.ReadyForReview, "PASS, verified: more")]
    [InlineData(EndState.Partial, EndReason.MaxTurns, MissionTaskState.Blocked, "PARTIAL, max_turns: more")]
    [InlineData(EndState.Blocked, EndReason.GateExpired, MissionTaskState.Blocked, "BLOCKED, gate_expired: more")]
    [InlineData(EndState.Blocked, EndReason.CostCap, MissionTaskState.Blocked, "BLOCKED, cost_cap: more")]
    public void A_threads_end_moves_its_task(EndState endState, EndReason reason, MissionTaskState to, string why)
    {
        var board = new Board();

        board.End("t-1", endState, reason);

        var last = board.Task.History[^1];
        Assert.Equal(to, board.Task.State);
        Assert.Equal(["t-1"], board.Task.Threads);
        Assert.Equal(("mesh", MissionTaskState.InProgress, to), (last.By, last.From, last.To));
        Assert.Equal((why, "t-1", "evidence/t-1.json"), (last.Why, last.ThreadId, last.Evidence.Single()));
        Assert.Equal(endState == EndState.Pass, board.Task.Evidence.Contains("evidence/t-1.json"));
    }

    [Fact]
    public void A_threads_end_counts_once()
    {
        var board = new Board();
        board.End("t-1", EndState.Blocked, EndReason.TtlExpired);
        board.Move(MissionTaskState.InProgress);

        board.End("t-1", EndState.Blocked, EndReason.TtlExpired);

        Assert.Equal((MissionTaskState.InProgress, 3), (board.Task.State, board.Task.Version));
    }

    [Theory]
    [InlineData(MissionTaskState.Open)]
    [InlineData(MissionTaskState.ReadyForReview)]
    [InlineData(MissionTaskState.Blocked)]
    [InlineData(MissionTaskState.Done)]
    public void A_task_that_is_not_in_progress_stays_where_it_is_and_the_end_is_noted(MissionTaskState state)
    {
        var board = new Board().In(state);
        var version = board.Task.Version;

        board.End("t-1", EndState.Blocked, EndReason.Cancelled);

        Assert.Equal((state, version + 1), (board.Task.State, board.Task.Version));
        Assert.Equal((state, "t-1"), (board.Task.History[^1].To, board.Task.History[^1].ThreadId));
    }

    [Fact]
    public void A_start_that_the_gate_refused_does_not_move_the_task()
    {
        var board = new Board();

        board.End("t-1", EndState.Blocked, EndReason.GateDenied, refused: true);

        Assert.Equal(MissionTaskState.InProgress, board.Task.State);
        Assert.Equal("BLOCKED, gate_denied: more", board.Task.History[^1].Why);
    }

    [Fact]
    public void A_thread_about_no_task_of_ours_changes_nothing()
    {
        var board = new Board();
        var before = board.State;

        board.End("t-1", EndState.Pass, EndReason.Verified, taskId: "elsewhere");

        Assert.Same(before, board.State);
    }

    [Fact]
    public void Of_two_who_change_the_same_version_the_second_is_told()
    {
        var board = new Board();

        Assert.Null(board.Patch(new() { By = Board.Owner, Title = "one" }, expected: 1));
        var refusal = board.Patch(new() { By = Board.Owner, Title = "two" }, expected: 1);

        Assert.Equal((RefusalKind.VersionMismatch, "version_mismatch"), (refusal!.Kind, refusal.Code));
        Assert.Equal(("one", 2), (board.Task.Title, board.Task.Version));
    }

    [Fact]
    public void A_change_that_is_repeated_is_made_once()
    {
        var board = new Board();
        PatchTaskRequest patch = new()
        {
            By = Board.Owner,
            State = MissionTaskState.Blocked,
            Why = "stuck",
            Evidence = ["log.txt"],
        };

        Assert.Null(board.Patch(patch));
        Assert.Null(board.Patch(patch));

        Assert.Equal(2, board.Task.Version);
    }

    [Fact]
    public void A_change_of_no_task_says_so()
    {
        var refusal = new Board().Apply(new TaskPatched("7", null, new() { By = Board.Owner, Title = "x" }), Board.Owner);

        Assert.Equal((RefusalKind.NotFound, "task_not_found"), (refusal!.Kind, refusal.Code));
    }

    [Fact]
    public void The_same_task_is_created_once_and_another_of_its_id_never()
    {
        var board = new Board();
        CreateTaskRequest same = new()
        {
            Id = Board.Id,
            Title = "CSV reader",
            Owner = Board.Owner,
            State = MissionTaskState.InProgress,
        };

        Assert.Null(board.Create(same));
        Assert.Equal("task_exists", board.Create(same with { Title = "another" })!.Code);
        board.Move(MissionTaskState.Blocked);
        Assert.Equal("task_exists", board.Create(same)!.Code);
        Assert.Equal(1, board.State.Count);
    }

    [Fact]
    public void Seeds_are_sown_on_bare_ground_only()
    {
        TasksSeeded seeds = new([new() { Id = "1", Title = "a", Owner = "b" }, new() { Id = "2", Title = "c", Owner = "d" }]);

        var sown = TaskBoard.Empty.Apply(seeds, Board.Start, "seed").State;

        Assert.Equal(["a", "c"], [sown.Find("1")!.Title, sown.Find("2")!.Title]);
        Assert.NotNull(new Board().Apply(seeds, "seed"));
    }

    [Fact]
    public void The_newest_of_a_long_history_are_shown_and_an_old_end_still_counts_once()
    {
        var board = new Board();
        foreach (var number in Enumerable.Range(1, 250))
        {
            board.Pass($"t-{number}");
        }

        board.Pass("t-1");

        Assert.Equal(251, board.Task.Version);
        Assert.Equal((MissionTask.Shown, "t-250"), (board.Task.History.Count, board.Task.History[^1].ThreadId));
        Assert.Equal((MissionTask.Shown, "t-151"), (board.Task.Threads.Count, board.Task.Threads[0]));
        Assert.Equal(MissionTask.Shown, board.Task.Evidence.Count);
    }

    [Fact]
    public void Pages_go_from_the_newest_task_to_the_oldest_and_miss_none()
    {
        var board = new Board();
        foreach (var number in Enumerable.Range(1, 9))
        {
            board.Create(new() { Id = $"{number}", Title = "t", Owner = number % 2 == 0 ? "even" : "odd" });
        }

        var pages = new List<string>();
        int? next = null;
        do
        {
            var page = board.State.List(task => task.Owner == "odd", 2, next, out next);
            pages.Add(string.Join(',', page.Select(task => task.Id)));
        }
        while (next is not null);

        Assert.Equal(["9,7", "5,3", "1"], pages);
    }

    [Fact]
    public void A_log_from_before_webhooks_kept_their_own_position_is_read()
    {
        var board = new Board();
        string[] lines =
        [
            $$"""{"type":"patched","id":"{{Board.Id}}","expected":null,"patch":{"state":"blocked"},"follow":true}""",
            $$"""{"type":"told","id":"{{Board.Id}}","version":2}""",
        ];
        foreach (var line in lines)
        {
            board.Apply(JsonSerializer.Deserialize<TaskChange>(line, MeshJson.Options)!, "anna");
        }

        Assert.Equal((MissionTaskState.Blocked, 2), (board.State.Find(Board.Id)!.State, board.State.Find(Board.Id)!.Version));
    }
}
