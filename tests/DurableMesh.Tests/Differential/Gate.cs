using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.Differential;

/// <summary>Where a script waits until all is there that it shall find.</summary>
/// <param name="InstanceId">The instance that waits.</param>
/// <param name="Events">The names of the events that it shall find.</param>
/// <param name="Suspends">Whether it is suspended while they are raised.</param>
/// <param name="Terminates">Whether it is terminated instead of let through.</param>
internal sealed record Gate(string InstanceId, IReadOnlyList<string> Events, bool Suspends, bool Terminates)
{
    /// <summary>The event that opens it.</summary>
    public const string EventName = "gate";

    /// <summary>Raises the events, and opens.</summary>
    public async Task OpenAsync(string key, DurableTaskClient client)
    {
        if (Suspends)
        {
            await client.SuspendInstanceAsync(InstanceId, "for a moment");
        }

        for (int number = 0; number < Events.Count; number++)
        {
            await client.RaiseEventAsync(InstanceId, Events[number], $"{key}#{number}");
        }

        if (Suspends)
        {
            await client.ResumeInstanceAsync(InstanceId, "it is over");
        }

        if (Terminates)
        {
            await client.TerminateInstanceAsync(InstanceId, "this far");
        }
        else
        {
            await client.RaiseEventAsync(InstanceId, EventName, key);
        }
    }
}
