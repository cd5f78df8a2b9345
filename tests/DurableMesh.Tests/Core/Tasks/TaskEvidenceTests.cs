using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Tasks;

/// <summary>Who calls a task done, on what.</summary>
public sealed class TaskEvidenceTests
{
    private readonly Board _board = new();

    [Theory]
    [InlineData("made-up.json")]
    [InlineData("evidence/t-9.json")]
    [InlineData("https://example.com/report")]
    public void Evidence_that_does_not_exist_is_refused(string madeUp)
    {
        _board.Move(MissionTaskState.ReadyForReview);

        var refusal = Patch("operator:anna", MissionTaskState.Done, madeUp);

        Assert.Equal((RefusalKind.Conflict, "evidence_unknown"), (refusal!.Kind, refusal.Code));
        Assert.Equal("evidence_unknown", Patch("operator:anna", null, madeUp)!.Code);
        Assert.Empty(_board.Task.Evidence);
    }

    [Fact]
    public void Evidence_of_another_task_is_refused()
    {
        _board.Create(new() { Id = "7", Title = "t", Owner = "operator:anna", State = MissionTaskState.InProgress });
        _board.End("t-7", EndState.Pass, EndReason.Verified, taskId: "7");
        _board.Move(MissionTaskState.ReadyForReview);

        Assert.Equal("evidence_unknown", Patch("operator:anna", MissionTaskState.Done, "evidence/t-7.json")!.Code);
    }

    [Fact]
    public void What_was_named_before_anybody_looked_is_no_evidence()
    {
        _board.Move(MissionTaskState.ReadyForReview, Board.Owner, "made-up.json");

        Assert.Equal("evidence_missing", Patch("operator:anna", MissionTaskState.Done)!.Code);
    }

    [Theory]
    [InlineData("operator:anna", false, null)]
    [InlineData("operator:anna", true, "evidence_missing")]
    [InlineData("agent:anna", false, "evidence_missing")]
    public void A_person_may_go_by_a_thread_that_did_not_pass_and_an_agent_may_not(
        string owner, bool refusedAtTheGate, string? code)
    {
        _board.End("t-1", EndState.Blocked, EndReason.TtlExpired, refused: refusedAtTheGate);
        foreach (var state in (MissionTaskState[])[MissionTaskState.InProgress, MissionTaskState.ReadyForReview])
        {
            _board.Move(state);
        }

        var refusal = Patch(owner, MissionTaskState.Done, "evidence/t-1.json");

        Assert.Equal(code, refusal?.Code);
    }

    [Fact]
    public void The_evidence_of_a_thread_that_passed_is_enough_for_its_owner_whatever_that_is()
    {
        _board.Pass("t-1");
        Assert.Null(Patch("agent:anna", MissionTaskState.Done));
    }

    [Fact]
    public void An_agent_of_an_operators_name_is_not_the_owner()
    {
        _board.Pass("t-1");
        Assert.Equal("not_task_owner", Patch("agent:anna", MissionTaskState.Done, owner: Subject.Operator("anna"))!.Code);
        Assert.Null(Patch("operator:anna", MissionTaskState.Done, owner: Subject.Operator("anna")));
    }

    [Fact]
    public void An_owner_who_is_on_record_with_what_he_is_is_that_whatever_a_change_takes_him_for()
    {
        _board.Pass("t-1");
        Assert.Null(Patch("operator:anna", null, patch: new() { Owner = "operator:bertil", Why = "w" }));

        Assert.Equal("not_task_owner", Patch("agent:bertil", MissionTaskState.Done, owner: Subject.Agent("bertil"))!.Code);
        Assert.Null(Patch("operator:bertil", MissionTaskState.Done, owner: Subject.Agent("bertil")));
    }

    private ChangeRefusal? Patch(
        string by, MissionTaskState? to, string? evidence = null, Subject? owner = null, PatchTaskRequest? patch = null) =>
        _board.Apply(
            new TaskPatched(Board.Id, null, (patch ?? new()) with { State = to, Evidence = evidence is null ? [] : [evidence] })
            {
                OwnerMeant = owner ?? Subject.TryParse(by),
                IsChecked = true,
            },
            by);
}
