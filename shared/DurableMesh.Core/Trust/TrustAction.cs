using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Trust;

/// <summary>What happens to what one trust zone says to another (DESIGN §5).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TrustAction>))]
public enum TrustAction
{
    /// <summary>It is not said; the default, hence first.</summary>
    Deny,

    /// <summary>It is said without personal data and secrets.</summary>
    Redact,

    /// <summary>It is said as it is.</summary>
    Allow,
}
