using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Doctor;

/// <summary>The settings of a host that is started here: the environment, then <c>local.settings.json</c>.</summary>
internal sealed class HostSettings
{
    private const string File = "local.settings.json";
    private const string Development = "UseDevelopmentStorage=true";
    private const int AzuritePort = 10_000;

    private readonly Func<string, string?> _variable;
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private HostSettings(Func<string, string?> variable) => _variable = variable;

    /// <summary>Why the file cannot be read; null where it can, or there is none.</summary>
    public string? Mistake { get; private set; }

    /// <summary>Where the storage's blob service is; null where that cannot be told.</summary>
    public Uri? Storage => this["AzureWebJobsStorage"] is { } connection
        ? OfConnection(connection)
        : this["AzureWebJobsStorage__blobServiceUri"] is { } service ? UriOrNull(service)
        : this["AzureWebJobsStorage__accountName"] is { } account ? UriOrNull($"https://{account}.blob.core.windows.net")
        : OfConnection(Development);

    /// <summary>Whether the storage is an Azurite that comes along.</summary>
    public bool IsEmulated => Storage is { IsLoopback: true, Scheme: "http" };

    /// <summary>A setting; null where it is not set.</summary>
    public string? this[string name] =>
        _variable(name) ?? _values.GetValueOrDefault(name.Replace("__", ":", StringComparison.Ordinal));

    /// <summary>Reads them.</summary>
    /// <param name="folder">The host's working folder; null where there is no host.</param>
    /// <param name="variable">The environment.</param>
    public static HostSettings Read(string? folder, Func<string, string?> variable)
    {
        var settings = new HostSettings(variable);
        var path = folder is null ? null : Path.Combine(folder, File);
        if (path is null || !System.IO.File.Exists(path))
        {
            return settings;
        }

        try
        {
            var root = JsonNode.Parse(
                System.IO.File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip });
            foreach (var (name, value) in root?["Values"] as JsonObject ?? [])
            {
                settings._values[name.Replace("__", ":", StringComparison.Ordinal)] = $"{value}";
            }
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            settings.Mistake = $"{path} cannot be read: {failure.Message}";
        }

        return settings;
    }

    private static Uri? OfConnection(string connection)
    {
        var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToLookup(part => part[0].Trim(), part => part[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return parts["BlobEndpoint"].FirstOrDefault() is { } endpoint ? UriOrNull(endpoint)
            : parts["AccountName"].FirstOrDefault() is { } account
                ? UriOrNull($"https://{account}.blob.{parts["EndpointSuffix"].FirstOrDefault() ?? "core.windows.net"}")
            : connection.Trim().TrimEnd(';').Equals(Development, StringComparison.OrdinalIgnoreCase)
                ? new Uri($"http://127.0.0.1:{AzuritePort}/devstoreaccount1")
            : null;
    }

    private static Uri? UriOrNull(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
}
