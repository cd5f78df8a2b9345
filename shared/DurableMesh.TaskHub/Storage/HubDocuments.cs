using System.Text.Json.Serialization;

namespace DurableMesh.TaskHub.Storage;

/// <summary>The blob <c>hub.json</c>: what is fixed for the life of a hub.</summary>
/// <param name="Format">The layout of the container; this code knows <see cref="CurrentFormat"/> only.</param>
/// <param name="Partitions">The number of partitions.</param>
internal sealed record HubDocument(int Format, int Partitions)
{
    public const int CurrentFormat = 1;
}

/// <summary>The blob <c>p{nn}/owner</c>: who held its lease last.</summary>
/// <param name="LeaseId">The id of that lease, new for each ownership.</param>
/// <param name="Owner">The host.</param>
internal sealed record OwnerDocument(string LeaseId, HubOwner Owner);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HubDocument))]
[JsonSerializable(typeof(OwnerDocument))]
internal sealed partial class StorageJson : JsonSerializerContext;
