using DurableMesh.Core.Changes;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Tasks;

/// <summary>A board with one task, and changes of it.</summary>
internal sealed class Board
{
    public const string Id = "101959";
    public const string Owner = "anna";
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private DateTimeOffset _now = Start;

    public Board(MissionTaskState state = MissionTaskState.InProgress) => Create(new CreateTaskRequest
    {
        Id = Id,
        Title = "CSV reader",
        Owner = Owner,
        State = state,
    });

    public TaskBoard State { get; private set; } = TaskBoard.Empty;

    public MissionTask Task => State.Find(Id)!;

    public ChangeRefusal? Create(CreateTaskRequest task) => Apply(new TaskCreated(task), Owner);

    public ChangeRefusal? Patch(PatchTaskRequest patch, int? expected = null) =>
        Apply(new TaskPatched(Id, expected, patch), patch.By!);

    public ChangeRefusal? Move(MissionTaskState to, string by = Owner, params string[] evidence) =>
        Patch(new PatchTaskRequest { By = by, State = to, Why = "because", Evidence = evidence });

    public void End(string threadId, EndState endState, EndReason reason, bool refused = false, string taskId = Id) =>
        Assert.Null(Apply(
            new TaskThreadEnded(
                new ThreadOutcome(taskId, threadId, endState, reason, "more", $"evidence/{threadId}.json", refused)),
            "mesh"));

    public void Pass(string threadId) => End(threadId, EndState.Pass, EndReason.Verified);

    /// <summary>Brings the task into a state by moves that are allowed.</summary>
    public Board In(MissionTaskState state)
    {
        MissionTaskState[] way = state switch
        {
            MissionTaskState.Open => [MissionTaskState.Open],
            MissionTaskState.InProgress => [],
            MissionTaskState.Done => [MissionTaskState.ReadyForReview, MissionTaskState.Done],
            _ => [state],
        };
        Assert.All(way, to => Assert.Null(Move(to, Owner, "review.md")));
        return this;
    }

    public ChangeRefusal? Apply(TaskChange change, string by)
    {
        _now = _now.AddMinutes(1);
        var (state, refusal) = State.Apply(change, _now, by);
        if (refusal is not null)
        {
            Assert.Same(State, state);
        }

        State = state;
        return refusal;
    }
}
