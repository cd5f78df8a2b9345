using System.Text.Json.Serialization;
using ModelContextProtocol.Protocol;

namespace DurableMesh.Mcp.Dialogues;

/// <summary>The answer to a call that became a task, as the Tasks extension writes it.</summary>
internal sealed class CreatedTask : Result
{
    /// <summary>The thread's id.</summary>
    [JsonPropertyName("taskId")]
    public required string TaskId { get; init; }

    /// <summary>Where it is.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>Where it is, for people.</summary>
    [JsonPropertyName("statusMessage")]
    public required string StatusMessage { get; init; }

    /// <summary>When it was created.</summary>
    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its status changed last.</summary>
    [JsonPropertyName("lastUpdatedAt")]
    public required DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>How long it is kept, in milliseconds.</summary>
    [JsonPropertyName("ttlMs")]
    public required long TtlMs { get; init; }

    /// <summary>How often to ask, in milliseconds.</summary>
    [JsonPropertyName("pollIntervalMs")]
    public required int PollIntervalMs { get; init; }
}

/// <summary>The JSON of the Tasks extension.</summary>
[JsonSerializable(typeof(CreatedTask))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class TaskJson : JsonSerializerContext;
