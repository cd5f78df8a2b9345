using System.Globalization;
using System.Text.Json.Serialization;
using DurableMesh.Core.Tasks;

namespace DurableMesh.Functions.Tasks;

/// <summary>
/// A change of a task as a CloudEvent (1.0, JSON): its id and source name the change, so that a repetition is known by them.
/// </summary>
internal sealed record TaskEvent
{
    /// <summary>The media type of an event in JSON.</summary>
    public const string MediaType = "application/cloudevents+json";

    [JsonPropertyName("specversion")]
    public string SpecVersion { get; } = "1.0";

    /// <summary>The task and its version: <c>101959/3</c>.</summary>
    public required string Id { get; init; }

    public string Source { get; } = "/tasks";

    /// <summary><c>durablemesh.task.created</c>, <c>.moved</c> (to another state) or <c>.changed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The task's id.</summary>
    public required string Subject { get; init; }

    public required DateTimeOffset Time { get; init; }

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; } = "application/json";

    /// <summary>The task after the change, its history only the change.</summary>
    public required MissionTask Data { get; init; }

    /// <summary>The event of a version that is to be told.</summary>
    public static TaskEvent Of(MissionTask task) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{task.Id}/{task.Version}"),
        Type = task.History[^1] switch
        {
            { From: null } => "durablemesh.task.created",
            { From: var from, To: var to } when from != to => "durablemesh.task.moved",
            _ => "durablemesh.task.changed",
        },
        Subject = task.Id,
        Time = task.UpdatedAt,
        Data = task,
    };
}
