using System.Text.Json;
using CsCheck;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Tasks;

public sealed class TaskPropertyTests
{
    private static readonly Gen<string> Ids = Gen.Int[1, 3].Select(number => $"task-{number}");
    private static readonly Gen<string> People = Gen.Bool.Select(first => first ? "anna" : "bertil");

    private static readonly Gen<TaskChange> Changes = Gen.Frequency(
        (2, Gen.Select(Ids, People, Gen.Bool, (id, owner, begun) => (TaskChange)new TaskCreated(new()
        {
            Id = id,
            Title = "t",
            Owner = owner,
            State = begun ? MissionTaskState.InProgress : MissionTaskState.Open,
        }))),
        (8, Gen.Select(Ids, People, Gen.Enum<MissionTaskState>(), Gen.Int[0, 9], Gen.Int[0, 3]).Select(
            (id, by, to, version, evidence) => (TaskChange)new TaskPatched(id, version == 0 ? null : version, new()
            {
                By = by,
                State = to,
                Owner = version == 9 ? by : null,
                Evidence = [.. Enumerable.Range(0, evidence).Select(number => $"e-{number}")],
            }))),
        (6, Gen.Select(Ids, Gen.Int[1, 30], Gen.Enum<EndState>(), Gen.Enum<EndReason>(), Gen.Bool).Select(
            (id, thread, state, reason, refused) => (TaskChange)new TaskThreadEnded(
                new(id, $"t-{thread}", state, reason, null, $"evidence/{thread}", refused)))),
        (2, Gen.Select(Ids, Gen.Int[1, 9], (id, version) => (TaskChange)new TaskTold(id, version))),
        (1, Gen.Const((TaskChange)new TasksSeeded([new() { Id = "task-1", Title = "s", Owner = "anna" }]))));

    [Fact]
    public void Whatever_is_asked_for_the_rules_hold_and_every_host_agrees() => Changes.Array[0, 80].Sample(changes =>
    {
        var (one, other) = (TaskBoard.Empty, TaskBoard.Empty);
        foreach (var change in changes)
        {
            var by = change is TaskPatched { Patch.By: { } person } ? person : "mesh";
            var before = one;
            one = Apply(before, change, by);
            other = Apply(other, Read(change), by);
            foreach (var task in Enumerable.Range(1, 3).Select(number => one.Find($"task-{number}")).OfType<MissionTask>())
            {
                Check(before.Find(task.Id), task, by);
            }
        }

        return Write(one) == Write(other);
    });

    private static void Check(MissionTask? before, MissionTask task, string by)
    {
        Assert.Equal(task.Version, task.History.Count);
        Assert.Equal(task.State, task.History[^1].To);
        if (before is null || before.Version == task.Version)
        {
            return;
        }

        Assert.Equal(before.Version + 1, task.Version);
        Assert.True(task.State == before.State || TaskTransitions.From(before.State).Contains(task.State));
        Assert.True(task.Owner == before.Owner || by == before.Owner);
        if (task.State == MissionTaskState.Done && before.State != MissionTaskState.Done)
        {
            Assert.Equal(before.Owner, by);
            Assert.NotEmpty(task.Evidence);
        }
    }

    private static TaskBoard Apply(TaskBoard board, TaskChange change, string by)
    {
        var (state, refusal) = board.Apply(change, Board.Start, by);
        Assert.True(refusal is null || ReferenceEquals(state, board));
        return state;
    }

    private static TaskChange Read(TaskChange change) =>
        JsonSerializer.Deserialize<TaskChange>(JsonSerializer.Serialize(change, MeshJson.Options), MeshJson.Options)!;

    private static string Write(TaskBoard board) => JsonSerializer.Serialize(
        board.List(_ => true, int.MaxValue, null, out _), MeshJson.Options);
}
