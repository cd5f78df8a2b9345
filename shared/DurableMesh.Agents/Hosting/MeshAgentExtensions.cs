using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Agents.Hosting;

/// <summary>Makes agents part of a generic host.</summary>
public static class MeshAgentExtensions
{
    /// <summary>Adds an agent that a handler answers for, for as long as the host runs.</summary>
    /// <param name="services">The services.</param>
    /// <param name="agent">The agent's id.</param>
    /// <param name="handler">What answers.</param>
    /// <param name="configure">Changes how it works, and where the mesh is.</param>
    public static IServiceCollection AddMeshAgent(
        this IServiceCollection services, string agent, IAgentHandler handler, Action<MeshAgentSettings>? configure = null) =>
        services.AddMeshAgent(agent, _ => handler, configure);

    /// <summary>Adds an agent that a function answers for.</summary>
    /// <param name="services">The services.</param>
    /// <param name="agent">The agent's id.</param>
    /// <param name="answer">What answers.</param>
    /// <param name="configure">Changes how it works, and where the mesh is.</param>
    public static IServiceCollection AddMeshAgent(
        this IServiceCollection services,
        string agent,
        Func<AgentRun, CancellationToken, Task<RunEnd>> answer,
        Action<MeshAgentSettings>? configure = null) =>
        services.AddMeshAgent(agent, _ => new FunctionHandler(answer), configure);

    /// <summary>Adds an agent whose handler is made from the host's services.</summary>
    /// <param name="services">The services.</param>
    /// <param name="agent">The agent's id.</param>
    /// <param name="handler">Makes what answers, once.</param>
    /// <param name="configure">Changes how it works, and where the mesh is.</param>
    public static IServiceCollection AddMeshAgent(
        this IServiceCollection services,
        string agent,
        Func<IServiceProvider, IAgentHandler> handler,
        Action<MeshAgentSettings>? configure = null)
    {
        var settings = new MeshAgentSettings(agent);
        configure?.Invoke(settings);
        settings.ThrowIfWrong();

        // AddHostedService would take the second agent for the first one's double.
        return services.AddSingleton<IHostedService>(provider => new MeshAgentService(
            settings,
            handler(provider),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger($"DurableMesh.Agents.{agent}"),
            provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }

    private sealed class FunctionHandler(Func<AgentRun, CancellationToken, Task<RunEnd>> answer) : IAgentHandler
    {
        public Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation) => answer(run, cancellation);
    }
}
