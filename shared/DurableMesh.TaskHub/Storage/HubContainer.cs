using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace DurableMesh.TaskHub.Storage;

/// <summary>Where a hub lives in a storage account: one container per hub.</summary>
internal static class HubContainer
{
    /// <summary>The blob that says that a restore into the container has begun and is not over.</summary>
    public const string RestoreMarker = "restoring";

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The name of a hub's container.</summary>
    /// <exception cref="ArgumentException">
    /// The name breaks Durable Functions' rule for task hubs: 3 to 45 letters and digits, a letter first.
    /// </exception>
    public static string NameOf(string hubName)
    {
        var valid = hubName.Length is >= 3 and <= 45 && char.IsAsciiLetter(hubName[0]) && hubName.All(char.IsAsciiLetterOrDigit);
        return valid
            ? hubName.ToLowerInvariant() + "-hub"
            : throw new ArgumentException(
                $"The task hub name '{hubName}' is not valid: 3 to 45 letters and digits, beginning with a letter.",
                nameof(hubName));
    }

    /// <summary>A client for the container of the hub that is configured.</summary>
    /// <exception cref="InvalidOperationException">No account is configured, or it has no credential.</exception>
    public static BlobContainerClient Open(TaskHubOptions options)
    {
        if (options.ConnectionString is { } connectionString)
        {
            return Open(connectionString, options.HubName);
        }

        if (options is { BlobServiceUri: { } account, AccountKey: { } key })
        {
            return new BlobServiceClient(account, key, Thrifty(Sockets())).GetBlobContainerClient(NameOf(options.HubName));
        }

        if (options is { BlobServiceUri: { } service, Credential: { } credential })
        {
            return new BlobServiceClient(service, credential, Thrifty(Sockets()))
                .GetBlobContainerClient(NameOf(options.HubName));
        }

        throw new InvalidOperationException(
            $"The task hub '{options.HubName}' has no storage: set ConnectionString, or BlobServiceUri with a Credential, "
            + "or Memory in UseLocalTaskHub(hub => …).");
    }

    /// <summary>A client for a hub's container.</summary>
    /// <param name="connectionString">Of the storage account.</param>
    /// <param name="hubName">The task hub's name.</param>
    /// <param name="handler">What sends the requests; null for sockets.</param>
    public static BlobContainerClient Open(string connectionString, string hubName, HttpMessageHandler? handler = null) =>
        new(connectionString, NameOf(hubName), Thrifty(handler ?? Sockets()));

    /// <summary>Options of a client that costs little per call and never retries: the engine does.</summary>
    private static BlobClientOptions Thrifty(HttpMessageHandler handler)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            RetryPolicy = new NoRetries(),
            Transport = new HttpClientTransport(new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan }),
        };
        options.Retry.NetworkTimeout = CallTimeout;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        return options;
    }

    private static SocketsHttpHandler Sockets() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        MaxConnectionsPerServer = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };

    private sealed class NoRetries : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            ProcessNext(message, pipeline);

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            ProcessNextAsync(message, pipeline);
    }
}
