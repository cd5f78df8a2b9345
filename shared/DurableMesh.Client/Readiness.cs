namespace DurableMesh.Client;

/// <summary>How far a mesh is.</summary>
public enum Readiness
{
    /// <summary>It does not answer, or says that it cannot work yet.</summary>
    NotReady,

    /// <summary>It waits to take over from another host on the same task hub.</summary>
    StandingBy,

    /// <summary>It works.</summary>
    Ready,
}
