namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key a caller of an HTTP function must present in the cloud. A local host asks for none.</summary>
public enum AuthorizationLevel
{
    /// <summary>No key.</summary>
    Anonymous,

    /// <summary>A signed-in user.</summary>
    User,

    /// <summary>A function's or the host's key.</summary>
    Function,

    /// <summary>An extension's system key.</summary>
    System,

    /// <summary>The host's master key.</summary>
    Admin,
}
