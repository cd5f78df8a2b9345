using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DurableMesh.Core.A2A;

/// <summary>Where a task is (A2A 1.0, TaskState).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<A2aTaskState>))]
public enum A2aTaskState
{
    /// <summary>Not said.</summary>
    [JsonStringEnumMemberName("TASK_STATE_UNSPECIFIED")]
    Unspecified,

    /// <summary>Taken in; nobody works on it yet.</summary>
    [JsonStringEnumMemberName("TASK_STATE_SUBMITTED")]
    Submitted,

    /// <summary>The agent works on it.</summary>
    [JsonStringEnumMemberName("TASK_STATE_WORKING")]
    Working,

    /// <summary>Over, with success.</summary>
    [JsonStringEnumMemberName("TASK_STATE_COMPLETED")]
    Completed,

    /// <summary>Over, without.</summary>
    [JsonStringEnumMemberName("TASK_STATE_FAILED")]
    Failed,

    /// <summary>Somebody cancelled it.</summary>
    [JsonStringEnumMemberName("TASK_STATE_CANCELED")]
    Canceled,

    /// <summary>The client, or a person, has the move.</summary>
    [JsonStringEnumMemberName("TASK_STATE_INPUT_REQUIRED")]
    InputRequired,

    /// <summary>It was not let in.</summary>
    [JsonStringEnumMemberName("TASK_STATE_REJECTED")]
    Rejected,

    /// <summary>Credentials are needed; the mesh's tasks never are here.</summary>
    [JsonStringEnumMemberName("TASK_STATE_AUTH_REQUIRED")]
    AuthRequired,
}

/// <summary>Who speaks (A2A 1.0, Role).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<A2aRole>))]
public enum A2aRole
{
    /// <summary>Not said.</summary>
    [JsonStringEnumMemberName("ROLE_UNSPECIFIED")]
    Unspecified,

    /// <summary>The client.</summary>
    [JsonStringEnumMemberName("ROLE_USER")]
    User,

    /// <summary>The agent.</summary>
    [JsonStringEnumMemberName("ROLE_AGENT")]
    Agent,
}

/// <summary>A piece of a message or an artifact: exactly one of <c>text</c>, <c>raw</c>, <c>url</c> and <c>data</c>.</summary>
public sealed record A2aPart
{
    /// <summary>Words.</summary>
    public string? Text { get; init; }

    /// <summary>A file's bytes.</summary>
    public byte[]? Raw { get; init; }

    /// <summary>Where a file is.</summary>
    public string? Url { get; init; }

    /// <summary>Any JSON value.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>What extensions say of it.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>A file's name.</summary>
    public string? Filename { get; init; }

    /// <summary>The media type.</summary>
    public string? MediaType { get; init; }
}

/// <summary>A message of a client or an agent.</summary>
public sealed record A2aMessage
{
    /// <summary>The sender's id for it.</summary>
    public string? MessageId { get; init; }

    /// <summary>The context.</summary>
    public string? ContextId { get; init; }

    /// <summary>The task; of a client's message, none begins one.</summary>
    public string? TaskId { get; init; }

    /// <summary>Who speaks.</summary>
    public A2aRole Role { get; init; }

    /// <summary>What it says.</summary>
    public IReadOnlyList<A2aPart>? Parts { get; init; }

    /// <summary>What extensions say of it.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>The extensions that it uses.</summary>
    public IReadOnlyList<string>? Extensions { get; init; }

    /// <summary>Other tasks that it refers to.</summary>
    public IReadOnlyList<string>? ReferenceTaskIds { get; init; }
}

/// <summary>What came of a task.</summary>
public sealed record A2aArtifact
{
    /// <summary>Names it within the task.</summary>
    public required string ArtifactId { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>What it is.</summary>
    public string? Description { get; init; }

    /// <summary>What it holds.</summary>
    public required IReadOnlyList<A2aPart> Parts { get; init; }
}

/// <summary>Where a task is.</summary>
public sealed record A2aTaskStatus
{
    /// <summary>The state.</summary>
    public required A2aTaskState State { get; init; }

    /// <summary>What the agent, or the mesh, says to it.</summary>
    public A2aMessage? Message { get; init; }

    /// <summary>Since when, in UTC with milliseconds.</summary>
    public string? Timestamp { get; init; }
}

/// <summary>A task: a thread as A2A shows it.</summary>
public sealed record A2aTask
{
    /// <summary>The thread's id.</summary>
    public required string Id { get; init; }

    /// <summary>Which tasks it belongs with.</summary>
    public required string ContextId { get; init; }

    /// <summary>Where it is.</summary>
    public required A2aTaskStatus Status { get; init; }

    /// <summary>What came of it.</summary>
    public IReadOnlyList<A2aArtifact>? Artifacts { get; init; }

    /// <summary>Its newest messages, in order.</summary>
    public IReadOnlyList<A2aMessage>? History { get; init; }

    /// <summary>The thread in numbers, under the extension's URI.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>A task went on.</summary>
public sealed record A2aStatusUpdate
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Its context.</summary>
    public required string ContextId { get; init; }

    /// <summary>Where it is now.</summary>
    public required A2aTaskStatus Status { get; init; }

    /// <summary>What extensions say of it.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>Something came of a task.</summary>
public sealed record A2aArtifactUpdate
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Its context.</summary>
    public required string ContextId { get; init; }

    /// <summary>What came of it.</summary>
    public required A2aArtifact Artifact { get; init; }

    /// <summary>Whether there is no more of it: the mesh's artifacts come whole.</summary>
    public bool LastChunk { get; init; } = true;
}

/// <summary>One piece of news of a task: an event of a stream, or the body of a push notification. One member is set.</summary>
public sealed record A2aUpdate
{
    /// <summary>The task as it is.</summary>
    public A2aTask? Task { get; init; }

    /// <summary>It went on.</summary>
    public A2aStatusUpdate? StatusUpdate { get; init; }

    /// <summary>Something came of it.</summary>
    public A2aArtifactUpdate? ArtifactUpdate { get; init; }
}

/// <summary>The answer to ListTasks.</summary>
public sealed record A2aTasksPage
{
    /// <summary>The tasks, that which changed last first.</summary>
    public required IReadOnlyList<A2aTask> Tasks { get; init; }

    /// <summary>What to ask for next; empty on the last page.</summary>
    public required string NextPageToken { get; init; }

    /// <summary>How many tasks a page may have.</summary>
    public required int PageSize { get; init; }

    /// <summary>How many tasks there are.</summary>
    public required int TotalSize { get; init; }
}
