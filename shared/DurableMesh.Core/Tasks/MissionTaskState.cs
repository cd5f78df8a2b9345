using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Tasks;

/// <summary>Where a task is (DESIGN §5).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MissionTaskState>))]
public enum MissionTaskState
{
    /// <summary>Nobody works on it yet.</summary>
    Open,

    /// <summary>Threads may work on it.</summary>
    InProgress,

    /// <summary>Verified work waits for the owner.</summary>
    ReadyForReview,

    /// <summary>The owner says so; stays so.</summary>
    Done,

    /// <summary>Somebody must look at it before the work goes on.</summary>
    Blocked,
}

/// <summary>The moves that a task may make.</summary>
public static class TaskTransitions
{
    /// <summary>Where a task may go from a state; nowhere from <see cref="MissionTaskState.Done"/>.</summary>
    /// <param name="state">The state it is in.</param>
    public static IReadOnlyList<MissionTaskState> From(MissionTaskState state) => state switch
    {
        MissionTaskState.Open => [MissionTaskState.InProgress],
        MissionTaskState.InProgress => [MissionTaskState.ReadyForReview, MissionTaskState.Blocked, MissionTaskState.Open],
        MissionTaskState.ReadyForReview => [MissionTaskState.Done, MissionTaskState.InProgress],
        MissionTaskState.Blocked => [MissionTaskState.InProgress, MissionTaskState.Open],
        _ => [],
    };
}
