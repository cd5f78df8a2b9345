using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Backups;

/// <summary>Why there is no backup now.</summary>
internal static class BackupProblems
{
    public static Problem Running() => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "backup_running",
        Title = "The mesh is being backed up already.",
        Detail = "Ask again when that is over.",
    };

    public static Problem HubNotHere() => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "hub_not_here",
        Title = "This host does not run the task hub by itself.",
        Detail = "Only a host that runs alone ('mesh up') can hold the task hub still. Under a Functions host, stop the app and "
            + "copy the storage account by its own means.",
    };
}
