using System.Text.Json;

using Microsoft.Extensions.Configuration;

namespace DurableMesh.LocalHost;

/// <summary>
/// The configuration of an app as the Functions tools arrange it. Later wins: defaults, <c>host.json</c>,
/// <c>local.settings.json</c>, environment, command line.
/// </summary>
internal static class FunctionAppConfiguration
{
    /// <summary>
    /// Where host.json stands in the configuration: <c>AzureFunctionsJobHost__…</c> variables override it, as in the cloud.
    /// </summary>
    public const string HostSection = "AzureFunctionsJobHost";

    public const string PortKey = "Host:LocalHttpPort";

    public const string PortVariable = "FUNCTIONS_HTTP_PORT";

    public const string HostFile = "host.json";

    public const string LocalSettingsFile = "local.settings.json";

    private static readonly Dictionary<string, string> Switches = new() { ["--port"] = PortKey, ["-p"] = PortKey };

    /// <exception cref="FunctionAppException">A file or the command line cannot be read; the message says why.</exception>
    public static void AddFunctionApp(this IConfigurationBuilder configuration, FunctionAppSource source, string[] args)
    {
        configuration
            .AddInMemoryCollection(
            [
                new("AZURE_FUNCTIONS_ENVIRONMENT", "Development"),
                OtlpExport.DefaultTimeout,
            ])
            .AddInMemoryCollection(ByKey(HostSettings(source)))
            .AddInMemoryCollection(ByKey(LocalSettings(source)))
            .AddInMemoryCollection(ByKey(Environment(source)));
        try
        {
            configuration.AddCommandLine(args, Switches);
        }
        catch (FormatException error)
        {
            throw new FunctionAppException($"The command line cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> HostSettings(FunctionAppSource source)
    {
        var path = Path.Combine(source.AppFolder, HostFile);
        return File.Exists(path) ? SettingsFile.Flatten(SettingsFile.Read(path), HostSection) : [];
    }

    private static IEnumerable<KeyValuePair<string, string?>> LocalSettings(FunctionAppSource source)
    {
        if (FindLocalSettings(source) is not { } path)
        {
            yield break;
        }

        var settings = SettingsFile.Read(path);
        if (settings.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
        {
            throw new FunctionAppException(
                $"{path}: IsEncrypted is true. Decrypt the file (func settings decrypt); this host cannot.");
        }

        foreach (var value in Members("Values"))
        {
            if (value.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                throw new FunctionAppException(
                    $"{path}: Values.{value.Name} must be a string. Write a nested key as \"{value.Name}__Key\": \"value\".");
            }

            yield return new(Key(value.Name), SettingsFile.Scalar(value.Value));
        }

        foreach (var connection in Members("ConnectionStrings"))
        {
            yield return new($"ConnectionStrings:{connection.Name}", SettingsFile.Scalar(connection.Value));
        }

        foreach (var setting in Members("Host"))
        {
            yield return new($"Host:{setting.Name}", SettingsFile.Scalar(setting.Value));
        }

        IEnumerable<JsonProperty> Members(string section) => !settings.TryGetProperty(section, out var members)
            ? []
            : members.ValueKind == JsonValueKind.Object
                ? members.EnumerateObject()
                : throw new FunctionAppException($"{path}: {section} must be an object.");
    }

    private static IEnumerable<KeyValuePair<string, string?>> Environment(FunctionAppSource source)
    {
        foreach (var (name, value) in source.Environment)
        {
            yield return new(Key(name), value);
            if (name == PortVariable)
            {
                yield return new(PortKey, value);
            }
        }
    }

    /// <summary>
    /// In the working directory, in the app's folder and, for a developer who runs from a build folder, above them up to the
    /// repository's root.
    /// </summary>
    private static string? FindLocalSettings(FunctionAppSource source)
    {
        return new[] { source.WorkingDirectory, source.AppFolder }
            .Concat(UpToRepository(source.WorkingDirectory))
            .Concat(UpToRepository(source.AppFolder))
            .Select(folder => Path.Combine(folder, LocalSettingsFile))
            .FirstOrDefault(File.Exists);

        static IEnumerable<string> UpToRepository(string start)
        {
            var folders = new List<string>();
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                folders.Add(folder.FullName);
                if (Path.Exists(Path.Combine(folder.FullName, ".git")))
                {
                    return folders;
                }
            }

            // Outside a repository there is no root to stop at, and a stranger's file is none of ours.
            return [];
        }
    }

    /// <summary>
    /// Keys ignore case and environment variables do not: <c>http_proxy</c> and <c>HTTP_PROXY</c> are often both there.
    /// </summary>
    private static Dictionary<string, string?> ByKey(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var byKey = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            byKey[key] = value;
        }

        return byKey;
    }

    private static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
}
