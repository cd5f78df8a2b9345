using DurableMesh.Core.Trust;

namespace DurableMesh.Core.Redaction;

/// <summary>What is taken out.</summary>
public enum RedactionScope
{
    /// <summary>Personal data and secrets.</summary>
    Everything,

    /// <summary>The mesh's own keys alone: nobody may say them to anybody, whatever the zones allow.</summary>
    MeshKeys,
}

/// <summary>What the zones come to for redaction.</summary>
public static class RedactionScopes
{
    /// <summary>
    /// What is taken out of what may be said: the mesh's keys always, all else where the zones do not allow it.
    /// </summary>
    /// <param name="action">What happens to what one zone says to the other.</param>
    public static RedactionScope ScopeOf(this TrustAction action) =>
        action == TrustAction.Allow ? RedactionScope.MeshKeys : RedactionScope.Everything;
}
