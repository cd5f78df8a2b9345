using System.Text.Json.Nodes;

namespace DurableMesh.Core.A2A;

/// <summary>Where, and with which credentials, a client is told of a task.</summary>
public sealed record A2aPushConfig
{
    /// <summary>Names it among the task's.</summary>
    public string? Id { get; init; }

    /// <summary>The task.</summary>
    public string? TaskId { get; init; }

    /// <summary>Where to post.</summary>
    public string? Url { get; init; }

    /// <summary>What comes back in a header, so that the client knows the post.</summary>
    public string? Token { get; init; }

    /// <summary>The credentials of the post.</summary>
    public A2aAuthentication? Authentication { get; init; }

    /// <summary>Not used by the mesh.</summary>
    public string? Tenant { get; init; }
}

/// <summary>Credentials of a post.</summary>
public sealed record A2aAuthentication
{
    /// <summary>The scheme of the header <c>Authorization</c>.</summary>
    public string? Scheme { get; init; }

    /// <summary>What follows it.</summary>
    public string? Credentials { get; init; }
}

/// <summary>The answer to ListTaskPushNotificationConfigs.</summary>
public sealed record A2aPushConfigsPage
{
    /// <summary>The configurations, without credentials.</summary>
    public required IReadOnlyList<A2aPushConfig> Configs { get; init; }

    /// <summary>Empty: they all come at once.</summary>
    public string NextPageToken { get; init; } = "";
}

/// <summary>How a message is to be answered.</summary>
public sealed record A2aSendConfiguration
{
    /// <summary>The media types that the client takes; the mesh has text, JSON and addresses of files for all.</summary>
    public IReadOnlyList<string>? AcceptedOutputModes { get; init; }

    /// <summary>Where the client is told how the task goes on.</summary>
    public A2aPushConfig? TaskPushNotificationConfig { get; init; }

    /// <summary>How many messages of the history are wanted; null for the mesh's choice.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Whether the answer waits for nothing.</summary>
    public bool ReturnImmediately { get; init; }
}

/// <summary>What SendMessage and SendStreamingMessage take.</summary>
public sealed record A2aSendRequest
{
    /// <summary>The message.</summary>
    public A2aMessage? Message { get; init; }

    /// <summary>How it is to be answered.</summary>
    public A2aSendConfiguration? Configuration { get; init; }

    /// <summary>What extensions say; the message's own metadata comes before it.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>What GetTask, CancelTask and SubscribeToTask take.</summary>
public sealed record A2aTaskRequest
{
    /// <summary>The task.</summary>
    public string? Id { get; init; }

    /// <summary>How many messages of the history are wanted; null for the mesh's choice.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>What extensions say.</summary>
    public JsonObject? Metadata { get; init; }
}

/// <summary>What ListTasks takes.</summary>
public sealed record A2aListRequest
{
    /// <summary>The most tasks of a page.</summary>
    public const int MostPerPage = 100;

    /// <summary>The tasks of a page where nobody says.</summary>
    public const int DefaultPerPage = 50;

    /// <summary>Only those of a context.</summary>
    public string? ContextId { get; init; }

    /// <summary>Only those in a state.</summary>
    public A2aTaskState Status { get; init; }

    /// <summary>How many tasks a page may have, 1 to 100; null for 50.</summary>
    public int? PageSize { get; init; }

    /// <summary>Where the page before it ended.</summary>
    public string? PageToken { get; init; }

    /// <summary>How many messages of the history are wanted; null for none.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Only those that changed then or later.</summary>
    public DateTimeOffset? StatusTimestampAfter { get; init; }

    /// <summary>Whether artifacts are wanted.</summary>
    public bool? IncludeArtifacts { get; init; }
}

/// <summary>What GetTaskPushNotificationConfig and its siblings take.</summary>
public sealed record A2aPushRequest
{
    /// <summary>The task.</summary>
    public string? TaskId { get; init; }

    /// <summary>The configuration; none of the list.</summary>
    public string? Id { get; init; }
}

/// <summary>What GetExtendedAgentCard takes, and DeleteTaskPushNotificationConfig answers: nothing.</summary>
public sealed record A2aEmpty;
