using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Dashboard;

/// <summary>A host's sessions of browsers.</summary>
internal static class BrowserSessions
{
    /// <summary>Those of a host over a store.</summary>
    public static DashboardSessions Over(IBlobs blobs, TimeProvider time)
    {
        var ended = new FoldedLog<EndedSessions, SessionEnded>(
            blobs, "sessions", TimeSpan.FromSeconds(8), time, NullLogger.Instance);
        ended.Start();
        return new DashboardSessions(blobs, ended, time);
    }
}
