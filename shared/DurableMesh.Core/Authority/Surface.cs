using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>A way to dispatch work (DESIGN §3): the mesh, or one of the five sequential ones.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<Surface>))]
public enum Surface
{
    /// <summary>A thread: two agents talk until the work passes.</summary>
    Mesh,

    /// <summary>One run of a specialist, checked.</summary>
    OneShotTask,

    /// <summary>Runs one after the other.</summary>
    Chain,

    /// <summary>Runs that fan out and in.</summary>
    Dag,

    /// <summary>An agent that lives on between the calls.</summary>
    AgentFactory,

    /// <summary>Runs that a schedule fires.</summary>
    Cron,
}
