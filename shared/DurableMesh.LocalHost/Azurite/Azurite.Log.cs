using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Azurite;

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

    [LoggerMessage(25, LogLevel.Information, "Azurite runs at {Endpoint} (started in {Seconds:F1} s, data in {Folder}).")]
    public static partial void StartedAzurite(this ILogger logger, Uri endpoint, double seconds, string folder);

    [LoggerMessage(26, LogLevel.Information, "Using the Azurite that runs at {Endpoint} already; it is left running.")]
    public static partial void UsesForeignAzurite(this ILogger logger, Uri endpoint);

    [LoggerMessage(36, LogLevel.Warning, "Azurite at {Endpoint} takes the account key that everybody knows: whoever reaches it "
        + "can read and change all that the mesh keeps, its keys included. {Advice}")]
    public static partial void KeyIsKnown(this ILogger logger, Uri endpoint, string advice);

    [LoggerMessage(27, LogLevel.Information, "Using the Azurite at {Endpoint} that an earlier or another host started.")]
    public static partial void AdoptedAzurite(this ILogger logger, Uri endpoint);

    [LoggerMessage(28, LogLevel.Information, "Another host is starting or stopping Azurite at {Endpoint}; waiting for it.")]
    public static partial void WaitsForOtherHost(this ILogger logger, Uri endpoint);

    [LoggerMessage(29, LogLevel.Information, "Azurite at {Endpoint} is stopped.")]
    public static partial void StoppedAzurite(this ILogger logger, Uri endpoint);

    [LoggerMessage(30, LogLevel.Information, "Azurite at {Endpoint} is left to another host that uses it.")]
    public static partial void LeavesAzurite(this ILogger logger, Uri endpoint);

    [LoggerMessage(31, LogLevel.Warning, "Azurite at {Endpoint} has died; starting it again.")]
    public static partial void AzuriteDied(this ILogger logger, Uri endpoint);

    [LoggerMessage(32, LogLevel.Error, "Azurite at {Endpoint} cannot be started again now; trying on.")]
    public static partial void AzuriteStaysDown(this ILogger logger, Uri endpoint, Exception cause);

    [LoggerMessage(33, LogLevel.Error,
        "Azurite at {Endpoint} does not save what it acknowledges: {Trouble} Nothing more is taken in until it does.")]
    public static partial void AzuriteSavesNothing(this ILogger logger, Uri endpoint, string trouble);

    [LoggerMessage(34, LogLevel.Information, "Azurite at {Endpoint} saves again.")]
    public static partial void AzuriteSavesAgain(this ILogger logger, Uri endpoint);

    [LoggerMessage(35, LogLevel.Warning,
        "Azurite at {Endpoint} has answered everything with a failure for {Seconds} s; starting it again.")]
    public static partial void AzuriteFails(this ILogger logger, Uri endpoint, double seconds);
}
