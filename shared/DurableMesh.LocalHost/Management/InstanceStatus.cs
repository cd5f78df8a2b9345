using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost;

/// <summary>An instance as Durable Functions' management API shows it.</summary>
internal sealed record InstanceStatus(
    string Name,
    string InstanceId,
    string RuntimeStatus,
    JsonElement? Input,
    JsonElement? CustomStatus,
    JsonElement? Output,
    string CreatedTime,
    string LastUpdatedTime)
{
    public static InstanceStatus Of(OrchestrationMetadata instance, bool showInput) => new(
        instance.Name,
        instance.InstanceId,
        instance.RuntimeStatus.ToString(),
        showInput ? Json(instance.SerializedInput) : null,
        Json(instance.SerializedCustomStatus),
        Json(instance.SerializedOutput) ?? (instance.FailureDetails is { } failure ? Text(failure.ErrorMessage) : null),
        Seconds(instance.CreatedAt),
        Seconds(instance.LastUpdatedAt));

    /// <summary>A hub's own serializer may write something else than JSON, which is then shown as a string.</summary>
    private static JsonElement? Json(string? serialized)
    {
        if (serialized is null)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(serialized);
        }
        catch (JsonException)
        {
            return Text(serialized);
        }
    }

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, ManagementJson.Default.String);

    private static string Seconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

/// <summary>How many instances a purge removed.</summary>
internal sealed record PurgeOutcome(int InstancesDeleted);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InstanceStatus))]
[JsonSerializable(typeof(IReadOnlyList<InstanceStatus>))]
[JsonSerializable(typeof(PurgeOutcome))]
[JsonSerializable(typeof(ManagementPayload))]
internal sealed partial class ManagementJson : JsonSerializerContext;
