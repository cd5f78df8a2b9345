using System.Runtime.CompilerServices;

using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost.Functions;

/// <summary>The URLs of the management API, which stand where Durable Functions has them.</summary>
internal static class ManagementUrls
{
    public const string BasePath = "/runtime/webhooks/durabletask";

    /// <summary>A client is the engine's and knows no HTTP; the host notes beside it where it is served.</summary>
    private static readonly ConditionalWeakTable<DurableTaskClient, HostAddress> Addresses = [];

    public static void Serve(DurableTaskClient client, HostAddress address) => Addresses.AddOrUpdate(client, address);

    /// <summary>The base URL of the host that serves <paramref name="client"/>.</summary>
    /// <exception cref="InvalidOperationException">None does.</exception>
    public static string BaseUrlOf(DurableTaskClient client) => Addresses.TryGetValue(client, out var address)
        ? address.Url
        : throw new InvalidOperationException("The client was not bound by a Functions host: its instances have no URLs.");

    /// <param name="baseUrl">Scheme, host and port, without a slash at the end.</param>
    /// <param name="instanceId">The instance.</param>
    public static HttpManagementPayload For(string baseUrl, string instanceId)
    {
        var instance = $"{baseUrl}{BasePath}/instances/{Uri.EscapeDataString(instanceId)}";
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = instance,
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}",
            TerminatePostUri = $"{instance}/terminate?reason={{text}}",
            PurgeHistoryDeleteUri = instance,
            RestartPostUri = $"{instance}/restart",
            SuspendPostUri = $"{instance}/suspend?reason={{text}}",
            ResumePostUri = $"{instance}/resume?reason={{text}}",
        };
    }
}
