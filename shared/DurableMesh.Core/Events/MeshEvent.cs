using System.Text.Json.Serialization;

namespace DurableMesh.Core.Events;

/// <summary>
/// Something that happened, as a CloudEvent (1.0, JSON). It tells who, what and when, and where to read more: texts of messages
/// stand in no event.
/// </summary>
public sealed record MeshEvent
{
    /// <summary>The media type of one event in JSON.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>The version of CloudEvents.</summary>
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";

    /// <summary>Names the event for good: whoever is told of it twice knows it by this.</summary>
    public required string Id { get; init; }

    /// <summary>Where it happened: <c>/threads/ID</c>, <c>/tasks</c> or <c>/agents</c>.</summary>
    public required string Source { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The thread, task or agent.</summary>
    public required string Subject { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The media type of <see cref="Data"/>.</summary>
    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";

    /// <summary>The thread that it happened in; left out where it happened in none.</summary>
    [JsonPropertyName("threadid")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ThreadId { get; init; }

    /// <summary>Orders the events of a thread, as text: a later event has a greater one. Left out of others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sequence { get; init; }

    /// <summary>
    /// What there is to say: a <see cref="ThreadHead"/>, <see cref="MessageHead"/>, <see cref="LimitHead"/>,
    /// <see cref="AgentHead"/> or <see cref="Tasks.MissionTask"/>; a JSON element where the event was read.
    /// </summary>
    public required object Data { get; init; }

    /// <summary>The agents that it is about, by id: the only ones that may hear of it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>The company that it belongs to, besides those of its agents.</summary>
    [JsonIgnore]
    public string? Company { get; init; }
}
