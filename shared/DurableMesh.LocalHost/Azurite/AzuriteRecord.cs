using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>
/// The file <c>azurite.pid</c> beside an Azurite's data: which process runs it and which hosts use it, so that the last of them
/// stops it, even when the one that started it was killed.
/// </summary>
/// <param name="Azurite">The process that runs Azurite.</param>
/// <param name="Hosts">The hosts that use it.</param>
internal sealed record AzuriteRecord(ProcessIdentity Azurite, IReadOnlyList<ProcessIdentity> Hosts)
{
    /// <summary>The record in a folder, when the process it names still runs.</summary>
    public static AzuriteRecord? Read(string folder)
    {
        try
        {
            var record = JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(folder)), AzuriteJson.Default.AzuriteRecord);
            return record is not null && ProcessIdentity.Of(record.Azurite.ProcessId) == record.Azurite ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The same record with one more use by this process.</summary>
    public AzuriteRecord Enter() => this with { Hosts = [.. Hosts, ProcessIdentity.Current] };

    /// <summary>The same record with one use by this process less, and without the hosts that are dead.</summary>
    public AzuriteRecord Leave()
    {
        var hosts = Hosts.ToList();
        hosts.Remove(ProcessIdentity.Current);
        hosts.RemoveAll(host => host.IsProvablyDead());
        return this with { Hosts = hosts };
    }

    /// <summary>Writes the record, or deletes it when no host is left.</summary>
    public void Write(string folder)
    {
        if (Hosts.Count == 0)
        {
            File.Delete(PathIn(folder));
        }
        else
        {
            using var file = PrivateFolder.Open(PathIn(folder), FileMode.Create);
            JsonSerializer.Serialize(file, this, AzuriteJson.Default.AzuriteRecord);
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, "azurite.pid");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AzuriteRecord))]
internal sealed partial class AzuriteJson : JsonSerializerContext;
