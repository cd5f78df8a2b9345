using DurableMesh.Agents.Hosting;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Agents.AI;

/// <summary>Makes models agents of a generic host.</summary>
public static class ModelAgentExtensions
{
    /// <summary>Adds an agent that a chat client answers for.</summary>
    /// <param name="services">The services.</param>
    /// <param name="agent">The agent's id.</param>
    /// <param name="client">The model.</param>
    /// <param name="configure">Changes how the agent works, and where the mesh is.</param>
    /// <param name="options">How the model answers; null for the defaults.</param>
    public static IServiceCollection AddMeshAgent(
        this IServiceCollection services,
        string agent,
        IChatClient client,
        Action<MeshAgentSettings>? configure = null,
        ModelAgentOptions? options = null) =>
        services.AddMeshAgent(agent, new ChatClientHandler(client, options), configure);

    /// <summary>Adds an agent that an agent of the Microsoft Agent Framework answers for.</summary>
    /// <param name="services">The services.</param>
    /// <param name="agent">The agent's id.</param>
    /// <param name="model">The framework's agent.</param>
    /// <param name="configure">Changes how the agent works, and where the mesh is.</param>
    /// <param name="options">How the model answers; null for the defaults.</param>
    public static IServiceCollection AddMeshAgent(
        this IServiceCollection services,
        string agent,
        AIAgent model,
        Action<MeshAgentSettings>? configure = null,
        ModelAgentOptions? options = null) =>
        services.AddMeshAgent(agent, new AIAgentHandler(model, options), configure);
}
