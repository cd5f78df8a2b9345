using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>An orchestration whose output shows whether an event was lost, doubled or moved.</summary>
internal static class CollectorTasks
{
    /// <summary>Collects the events it receives until "end", calling an activity for each.</summary>
    public static void Collector(DurableTaskRegistry registry)
    {
        registry.AddOrchestratorFunc<object, string>("Collector", async (context, _) =>
        {
            var seen = new List<string>();
            while (true)
            {
                string said = await context.WaitForExternalEvent<string>("say");
                if (said == "end")
                {
                    return string.Join(',', seen);
                }

                seen.Add(await context.CallActivityAsync<string>("Echo", said));
                context.SetCustomStatus(seen.Count);
            }
        });
        registry.AddActivityFunc<string, string>("Echo", (_, said) => said);
    }

    public static async Task SayAsync(TestHub hub, string id, params IEnumerable<int> words)
    {
        foreach (int word in words)
        {
            await hub.Client.RaiseEventAsync(id, "say", word.ToString(CultureInfo.InvariantCulture), TestHub.Patience);
        }
    }

    public static async Task<string?> EndAsync(TestHub hub, string id)
    {
        await hub.Client.RaiseEventAsync(id, "say", "end", TestHub.Patience);
        return (await hub.CompletionAsync(id)).ReadOutputAs<string>();
    }

    public static async Task<string?> SayAndEndAsync(TestHub hub, string id, int word)
    {
        await SayAsync(hub, id, word);
        return await EndAsync(hub, id);
    }
}
