using System.Net.Sockets;
using Azure;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;

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

    /// <summary>Whether an Azurite that answers takes an account key.</summary>
    /// <exception cref="AzuriteException">It does not say.</exception>
    public static async Task<bool> TakesAsync(Uri endpoint, string key, CancellationToken cancellation)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            Transport = new HttpClientTransport(Http),
        };
        options.Retry.MaxRetries = 1;
        try
        {
            await new BlobServiceClient(
                new Uri(endpoint, AzuriteKey.Account), new StorageSharedKeyCredential(AzuriteKey.Account, key), options)
                .GetPropertiesAsync(cancellation);
            return true;
        }
        catch (RequestFailedException refused) when (refused.Status is 401 or 403)
        {
            return false;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            throw new AzuriteException($"Azurite at {endpoint} does not say which account key it takes: {e.Message}", e);
        }
    }
}
