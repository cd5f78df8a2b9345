using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Storage;

internal static partial class AzuriteLog
{
    [LoggerMessage(20, LogLevel.Information, "Installing Azurite, the storage emulator, once (npm ci in {Folder}).")]
    public static partial void InstallsAzurite(this ILogger logger, string folder);

    [LoggerMessage(21, LogLevel.Information, "Still installing Azurite ({Seconds} s).")]
    public static partial void StillInstalls(this ILogger logger, int seconds);

    [LoggerMessage(22, LogLevel.Information, "Azurite {Version} is installed ({Seconds:F1} s).")]
    public static partial void InstalledAzurite(this ILogger logger, string version, double seconds);

    [LoggerMessage(23, LogLevel.Information, "Another process is installing Azurite in {Folder}; waiting for it.")]
    public static partial void WaitsForInstallation(this ILogger logger, string folder);

    [LoggerMessage(24, LogLevel.Information, "Waiting for Azurite at {Endpoint}.")]
    public static partial void WaitsForAzurite(this ILogger logger, Uri endpoint);
}
