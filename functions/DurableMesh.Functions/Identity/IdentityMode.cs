namespace DurableMesh.Functions.Identity;

/// <summary>Whether requests need a key.</summary>
public enum IdentityMode
{
    /// <summary>A request without a key speaks as whoever it names: for one developer's machine.</summary>
    Open,

    /// <summary>Every request needs a key.</summary>
    Keys,
}
