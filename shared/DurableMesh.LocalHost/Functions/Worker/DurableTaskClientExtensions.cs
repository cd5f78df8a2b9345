using DurableMesh.LocalHost.Functions;

using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a Functions host adds to a client of its task hub.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>The URLs at which an instance can be asked about and managed.</summary>
    /// <param name="client">The client, bound with <see cref="DurableClientAttribute"/>.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="request">A request, whose scheme, host and port are taken; null for the host's own address.</param>
    /// <exception cref="InvalidOperationException">Without a request: the client was not bound by a host.</exception>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this DurableTaskClient client, string instanceId, HttpRequestData? request = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return ManagementUrls.For(request?.Url.GetLeftPart(UriPartial.Authority) ?? ManagementUrls.BaseUrlOf(client), instanceId);
    }
}
