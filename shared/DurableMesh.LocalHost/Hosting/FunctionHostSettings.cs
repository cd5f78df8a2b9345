using System.Globalization;
using DurableMesh.TaskHub;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost;

/// <summary>What of <c>host.json</c> and the command line the local host acts on.</summary>
/// <param name="Port">The HTTP port on loopback; 0 takes a free one.</param>
/// <param name="RoutePrefix">The first segments of every function's route, without slashes at the ends; empty for none.</param>
/// <param name="ConfigureHub">Sets what is configured for the task hub; the rest keeps the engine's defaults.</param>
/// <param name="Storage">The storage account of the hub.</param>
internal sealed record FunctionHostSettings(
    int Port, string RoutePrefix, Action<TaskHubOptions> ConfigureHub, StorageConnection Storage)
{
    /// <summary>The process without which the host is not to live; null where it lives for itself.</summary>
    public int? Parent { get; init; }

    private const int DefaultPort = 7071;
    private const long MiB = 1024 * 1024;
    private const string DurableTask = "extensions:durableTask";
    private const string PortOrigin =
        $"The port (--port, {FunctionAppConfiguration.PortVariable}, or Host.LocalHttpPort in local.settings.json)";

    /// <summary>
    /// Where host.json has the engine's settings; the names there are Durable Functions' own where it has them.
    /// </summary>
    private static readonly Dictionary<string, string> HubKeys = new()
    {
        [nameof(TaskHubOptions.HubName)] = "hubName",
        [nameof(TaskHubOptions.PartitionCount)] = "storageProvider.partitionCount",
        [nameof(TaskHubOptions.MaxConcurrentActivities)] = "maxConcurrentActivityFunctions",
        [nameof(TaskHubOptions.LiveIdleTimeout)] = "extendedSessionIdleTimeoutInSeconds",
        [nameof(TaskHubOptions.ResidentBytes)] = "storageProvider.residentMegabytes",
        [nameof(TaskHubOptions.CheckpointBytes)] = "storageProvider.checkpointMegabytes",
        [nameof(TaskHubOptions.MaximumPendingBytes)] = "storageProvider.pendingMegabytes",
    };

    /// <summary>Reads the settings.</summary>
    /// <exception cref="FunctionAppException">Some are not right; the message lists them all.</exception>
    public static FunctionHostSettings Read(IConfiguration configuration)
    {
        var host = configuration.GetSection(FunctionAppConfiguration.HostSection);
        var errors = new List<string>();

        var port = Whole(configuration[FunctionAppConfiguration.PortKey], PortOrigin) ?? DefaultPort;
        if (port is < 0 or > 65535)
        {
            errors.Add($"{PortOrigin} is '{port}'; it must be from 0 to 65535.");
        }

        var parent = Whole(configuration[ParentWatch.Key], "Host__Parent");
        if (parent is <= 0)
        {
            errors.Add($"Host__Parent is '{parent}'; it must be the id of a process.");
        }

        var routePrefix = (host["extensions:http:routePrefix"] ?? "api").Trim('/');
        if (routePrefix.AsSpan().ContainsAny("{}?*"))
        {
            errors.Add($"{HostKey("extensions:http:routePrefix")} is '{routePrefix}'; it takes no parameters.");
        }

        var hubName = host[$"{DurableTask}:hubName"];
        var partitions = Hub("storageProvider:partitionCount");
        var activities = Hub("maxConcurrentActivityFunctions");
        var idleSeconds = Hub("extendedSessionIdleTimeoutInSeconds");
        var residentMegabytes = Hub("storageProvider:residentMegabytes");
        var checkpointMegabytes = Hub("storageProvider:checkpointMegabytes");
        var pendingMegabytes = Hub("storageProvider:pendingMegabytes");
        void ConfigureHub(TaskHubOptions hub)
        {
            hub.HubName = hubName ?? hub.HubName;
            hub.PartitionCount = partitions ?? hub.PartitionCount;
            hub.MaxConcurrentActivities = activities ?? hub.MaxConcurrentActivities;
            hub.LiveIdleTimeout = idleSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : hub.LiveIdleTimeout;
            hub.ResidentBytes = residentMegabytes * MiB ?? hub.ResidentBytes;
            hub.CheckpointBytes = checkpointMegabytes * MiB ?? hub.CheckpointBytes;
            hub.MaximumPendingBytes = pendingMegabytes * MiB ?? hub.MaximumPendingBytes;
            hub.Address = port == 0 ? null : $"http://127.0.0.1:{port}";
        }

        var storage = ReadStorage();
        CheckLogLevels(host.GetSection("logging:logLevel"), path => HostKey(path[(host.Path.Length + 1)..]));
        CheckLogLevels(configuration.GetSection("Logging:LogLevel"), path => path);

        var check = new TaskHubOptions();
        ConfigureHub(check);
        errors.AddRange(TaskHubOptionsValidator.FaultsOf(check)
            .Select(fault => $"host.json {DurableTask.Replace(':', '.')}.{HubKeys[fault.Setting]} {fault.Error}."));

        return errors.Count == 0
            ? new FunctionHostSettings(port, routePrefix, ConfigureHub, storage!) { Parent = parent }
            : throw new FunctionAppException(string.Join(System.Environment.NewLine, errors));

        StorageConnection? ReadStorage()
        {
            try
            {
                return StorageConnection.Read(configuration);
            }
            catch (FormatException mistake)
            {
                errors.Add(mistake.Message);
                return null;
            }
        }

        void CheckLogLevels(IConfiguration levels, Func<string, string> origin) =>
            errors.AddRange(levels.GetChildren()
                .Where(level => !string.IsNullOrEmpty(level.Value))
                .Where(level => !Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _))
                .Select(level =>
                    $"{origin(level.Path)} is '{level.Value}'; it must be {string.Join(", ", Enum.GetNames<LogLevel>())}."));

        int? Hub(string key) => Whole(host[$"{DurableTask}:{key}"], HostKey($"{DurableTask}:{key}"));

        int? Whole(string? text, string origin)
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }

            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            errors.Add($"{origin} is '{text}'; it must be a whole number.");
            return null;
        }
    }

    private static string HostKey(string key) =>
        $"{FunctionAppConfiguration.HostFile}: {key.Replace(ConfigurationPath.KeyDelimiter, ".", StringComparison.Ordinal)}";
}
