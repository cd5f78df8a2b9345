using System.Net.Sockets;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>What is found at a port where Azurite is expected.</summary>
internal enum AzuritePresence
{
    /// <summary>Nothing listens there.</summary>
    Absent,

    /// <summary>Azurite's blob service answers.</summary>
    Present,

    /// <summary>Something listens, but it is not Azurite, or it does not answer.</summary>
    Other,
}

/// <summary>Finds out who listens at a port.</summary>
internal static class AzuriteProbe
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    /// <summary>Asks once.</summary>
    public static async Task<AzuritePresence> AskAsync(Uri endpoint, CancellationToken cancellation)
    {
        try
        {
            using var answer = await Http.GetAsync(endpoint, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.Headers.Server.ToString().StartsWith("Azurite-Blob", StringComparison.OrdinalIgnoreCase)
                ? AzuritePresence.Present
                : AzuritePresence.Other;
        }
        catch (HttpRequestException e)
            when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return AzuritePresence.Absent;
        }
        catch (HttpRequestException)
        {
            return AzuritePresence.Other;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return AzuritePresence.Other;
        }
    }
}
