using DurableMesh.LocalHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace DurableMesh.Functions.Identity;

/// <summary>
/// Whether anybody but this machine may reach the mesh. The worker of a Functions host cannot see what its host listens on, but
/// every host says where it runs: on a developer's machine both the Functions tools and LocalHost, which listens on loopback
/// only, say <c>Development</c>; a container and the cloud do not.
/// </summary>
internal static class Exposure
{
    /// <summary>Set in Azure only: the one on plans whose instances are the app's own, the other on Flex Consumption.</summary>
    private static readonly string[] AzureSettings = ["WEBSITE_INSTANCE_ID", "LEGION_SERVICE_HOST"];

    private const string EnvironmentSetting = "AZURE_FUNCTIONS_ENVIRONMENT";
    private const string HostNameSetting = "WEBSITE_HOSTNAME";

    /// <summary>Whether the host runs in Azure: behind its front end, and perhaps beside others of the same app.</summary>
    public static bool IsAzure(IConfiguration configuration) => AzureSettingOf(configuration) is not null;

    /// <summary>Why others may reach it, as the middle of a sentence; null where only this machine does.</summary>
    public static string? Of(IConfiguration configuration)
    {
        if (AzureSettingOf(configuration) is { } azure)
        {
            return $"the host runs in Azure ({azure} is set)";
        }

        if (configuration[HostNameSetting] is { Length: > 0 } host && !LocalRequest.IsLoopback(new HostString(host).Host))
        {
            return $"the host is reached as {host} ({HostNameSetting})";
        }

        var environment = configuration[EnvironmentSetting];
        return "Development".Equals(environment, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"the host does not say that it runs on a developer's machine ({EnvironmentSetting} is "
                + $"'{environment}' and not 'Development')";
    }

    private static string? AzureSettingOf(IConfiguration configuration) =>
        AzureSettings.FirstOrDefault(setting => !string.IsNullOrEmpty(configuration[setting]));
}
