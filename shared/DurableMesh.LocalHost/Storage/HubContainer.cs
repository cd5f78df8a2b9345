using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace DurableMesh.LocalHost.Storage;

/// <summary>Where a hub lives in a storage account: one container per hub.</summary>
internal static class HubContainer
{
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
                $"The task hub name '{hubName}' is not valid: 3 to 45 letters and digits, beginning with a letter "
                + "(host.json, extensions.durableTask.hubName).",
                nameof(hubName));
    }

    /// <summary>A client for a hub's container that costs little per call and never retries: the engine does.</summary>
    /// <param name="connectionString">Of the storage account.</param>
    /// <param name="hubName">The task hub's name.</param>
    /// <param name="handler">What sends the requests; null for sockets.</param>
    public static BlobContainerClient Open(string connectionString, string hubName, HttpMessageHandler? handler = null)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            RetryPolicy = new NoRetries(),
            Transport = new HttpClientTransport(new HttpClient(handler ?? Sockets()) { Timeout = Timeout.InfiniteTimeSpan }),
        };
        options.Retry.NetworkTimeout = CallTimeout;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        return new BlobContainerClient(connectionString, NameOf(hubName), options);
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
