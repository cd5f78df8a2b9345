using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Policy;

/// <summary>What becomes of agents and messages whose model has no price, so that nobody can say what they cost.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<UnpricedUsage>))]
public enum UnpricedUsage
{
    /// <summary>They are let in; a cost that the sender states counts, and none counts as nothing.</summary>
    Allow,

    /// <summary>A person lets the thread in; in a thread that needed no person such a message is turned away.</summary>
    Hold,

    /// <summary>Neither is let in.</summary>
    Deny,
}
