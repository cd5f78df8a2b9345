using DurableMesh.Core.Changes;
using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events;

/// <summary>Registers what tells of events.</summary>
internal static class EventServices
{
    /// <summary>Registers the feed and what it reads.</summary>
    public static void AddEvents(this IServiceCollection services)
    {
        services.AddFoldedLog<AgentReach, ReachChange>("reach");
        services.AddFoldedEvents<TaskBoard, TaskChange>(step => TaskEvents.Of(step.Before, step.After, step.Logged.Change));
        services.AddFoldedEvents<AgentReach, ReachChange>(
            step => AgentReach.EventsOf(step.Before, step.After, step.Logged.Change, step.Logged.At));
        services.AddSingleton<IEventFeed, EventFeed>();
        services.AddSingleton<EventCursors>();
        services.AddSingleton<WebhookChanges>();
        services.AddSingleton<IFoldFollower<WebhookBook, WebhookChange>>(
            provider => provider.GetRequiredService<WebhookChanges>());
        services.AddFoldedLog<WebhookBook, WebhookChange>("webhooks");
        services.AddSingleton<AddressGuard>();
        services.AddSingleton<SinkStore>();
        services.AddSingleton<EventSinks>();
        services.AddHostedService(provider => provider.GetRequiredService<EventSinks>());
        services.AddSingleton<EventStreams>();
        services.AddHostedService(provider => provider.GetRequiredService<EventStreams>());
        services.AddSingleton<EventSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<EventSweep>());
    }

    private static void AddFoldedEvents<TState, TChange>(
        this IServiceCollection services, Func<FoldStep<TState, TChange>, IReadOnlyList<MeshEvent>> eventsOf)
        where TState : class, IFolded<TState, TChange>
        where TChange : class
    {
        services.AddSingleton(provider => new FoldedEventSource<TState, TChange>(
            eventsOf,
            provider.GetRequiredService<BlobThreadLog>().News,
            provider.GetRequiredService<IOptions<MeshOptions>>().Value.Events.Retention,
            provider.GetRequiredService<FoldedLog<TState, TChange>>));
        services.AddSingleton<IFoldFollower<TState, TChange>>(
            provider => provider.GetRequiredService<FoldedEventSource<TState, TChange>>());
    }
}
