using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Tasks;

/// <summary>The body of <c>POST /tasks</c>, and a task of an organisation file.</summary>
public sealed record CreateTaskRequest
{
    /// <summary>Its id; the mesh makes one where it is not given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>Whoever alone may call it done.</summary>
    public required string Owner { get; init; }

    /// <summary><see cref="MissionTaskState.Open"/> or <see cref="MissionTaskState.InProgress"/>.</summary>
    public MissionTaskState State { get; init; }

    /// <summary>How urgent it is.</summary>
    public Priority Priority { get; init; }

    /// <summary>The company that it belongs to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Company { get; init; }

    /// <summary>Who creates it; the key's owner, or without a key the task's, where it is not given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }
}

/// <summary>The body of <c>PATCH /tasks/{id}</c>: what is null stays as it is.</summary>
public sealed record PatchTaskRequest
{
    /// <summary>Who changes it; may be left out where a key says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>The reason, for the history.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }

    /// <summary>Where it is to go.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MissionTaskState? State { get; init; }

    /// <summary>Another title.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>Another owner.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Owner { get; init; }

    /// <summary>Another priority.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Priority? Priority { get; init; }

    /// <summary>What shows that it is done, in addition to what there is: paths of the evidence of threads about it.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = value ?? []; } = [];
}
