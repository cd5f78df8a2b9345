using DurableMesh.Dashboard.Layout;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Experiments;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Functions.Dashboard;

/// <summary>What the dashboard is made of. Its pages ask the functions of the API: a page is an answer of the API, drawn.</summary>
internal static class DashboardServices
{
    /// <summary>Registers the dashboard.</summary>
    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddSingleton<PageRenderer>();
        services.AddFoldedLog<EndedSessions, SessionEnded>("sessions");
        services.AddSingleton<DashboardSessions>();
        services.AddSingleton(provider => new DashboardPages(
            provider.GetRequiredService<PageRenderer>(), provider.GetRequiredService<DashboardSessions>()));
        services.AddSingleton(provider => new DashboardForms(provider.GetRequiredService<DashboardSessions>()));
        services.AddSingleton<MessageRate>();

        services.AddSingleton<AgentFunctions>();
        services.AddSingleton<AuthorityFunctions>();
        services.AddSingleton<EventFunctions>();
        services.AddSingleton<ExperimentFunctions>();
        services.AddSingleton<HealthFunction>();
        services.AddSingleton<KeyFunctions>();
        services.AddSingleton<ReadThreads>();
        services.AddSingleton<RecentEvents>();
        services.AddSingleton<SteerThread>();
        services.AddSingleton<TaskFunctions>();
        services.AddSingleton<WebhookFunctions>();
        services.AddSingleton<WorkflowFunctions>();
    }
}
