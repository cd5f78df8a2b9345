using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Policy;

/// <summary>What an objection of a gate's rule comes to.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RuleStance>))]
public enum RuleStance
{
    /// <summary>The thread is denied.</summary>
    Deny,

    /// <summary>A person decides.</summary>
    Hold,

    /// <summary>The objection is on record, and nothing else.</summary>
    Off,
}
