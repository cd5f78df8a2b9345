using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Trust;

/// <summary>What the trust zones of a thread's parties come to.</summary>
/// <param name="InitiatorZone">The initiator's zone.</param>
/// <param name="ResponderZone">The responder's zone.</param>
/// <param name="ToResponder">What happens to what the initiator says.</param>
/// <param name="ToInitiator">What happens to what the responder says.</param>
public sealed record TrustDecision(
    string InitiatorZone, string ResponderZone, TrustAction ToResponder, TrustAction ToInitiator)
{
    /// <summary>Whether there can be no dialogue: one of the two would have nothing to say.</summary>
    [JsonIgnore]
    public bool Denied => ToResponder == TrustAction.Deny || ToInitiator == TrustAction.Deny;

    /// <summary>Both directions in words.</summary>
    [JsonIgnore]
    public string Explanation =>
        $"What {InitiatorZone} says to {ResponderZone}: {Choices<TrustAction>.NameOf(ToResponder)}; "
        + $"what {ResponderZone} says to {InitiatorZone}: {Choices<TrustAction>.NameOf(ToInitiator)}.";
}
