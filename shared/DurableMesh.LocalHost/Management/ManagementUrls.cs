using System.Runtime.CompilerServices;

using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost;

/// <summary>The URLs of the management API, which stand where Durable Functions has them.</summary>
public static class ManagementUrls
{
    internal const string BasePath = "/runtime/webhooks/durabletask";

    /// <summary>A client is the engine's and knows no HTTP; the host notes beside it where it is served.</summary>
    private static readonly ConditionalWeakTable<DurableTaskClient, HostAddress> Addresses = [];

    internal static void Serve(DurableTaskClient client, HostAddress address) => Addresses.AddOrUpdate(client, address);

    /// <summary>Where an instance can be managed over HTTP, whoever hosts it.</summary>
    /// <param name="client">The client that a function was given.</param>
    /// <param name="instanceId">The instance.</param>
    /// <exception cref="InvalidOperationException">No Functions host made the client.</exception>
    public static ManagementPayload Of(DurableTaskClient client, string instanceId)
    {
        if (Addresses.TryGetValue(client, out var address))
        {
            return For(address.Url, instanceId);
        }

        var official = client.CreateHttpManagementPayload(instanceId);
        return new ManagementPayload
        {
            Id = official.Id,
            StatusQueryGetUri = official.StatusQueryGetUri,
            SendEventPostUri = official.SendEventPostUri,
            TerminatePostUri = official.TerminatePostUri,
            RewindPostUri = official.RewindPostUri,
            PurgeHistoryDeleteUri = official.PurgeHistoryDeleteUri,
            RestartPostUri = official.RestartPostUri,
            SuspendPostUri = official.SuspendPostUri,
            ResumePostUri = official.ResumePostUri,
        };
    }

    /// <summary>The base URL of the host that serves <paramref name="client"/>.</summary>
    /// <exception cref="InvalidOperationException">None does.</exception>
    internal static string BaseUrlOf(DurableTaskClient client) => Addresses.TryGetValue(client, out var address)
        ? address.Url
        : throw new InvalidOperationException("The client was not bound by a Functions host: its instances have no URLs.");

    /// <param name="baseUrl">Scheme, host and port, without a slash at the end.</param>
    /// <param name="instanceId">The instance.</param>
    internal static ManagementPayload For(string baseUrl, string instanceId)
    {
        var instance = $"{baseUrl}{BasePath}/instances/{Uri.EscapeDataString(instanceId)}";
        return new ManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = instance,
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}",
            TerminatePostUri = $"{instance}/terminate?reason={{text}}",
            RewindPostUri = $"{instance}/rewind?reason={{text}}",
            PurgeHistoryDeleteUri = instance,
            RestartPostUri = $"{instance}/restart",
            SuspendPostUri = $"{instance}/suspend?reason={{text}}",
            ResumePostUri = $"{instance}/resume?reason={{text}}",
        };
    }
}
