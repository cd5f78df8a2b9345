namespace DurableMesh.Core.Identity;

/// <summary>Whoever asks may not do what they ask for.</summary>
public sealed class AccessDeniedException(string code, string detail) : Exception(detail)
{
    /// <summary>The key has not the scope.</summary>
    public const string MissingScope = "missing_scope";

    /// <summary>The request is none that an agent makes.</summary>
    public const string OperatorsOnly = "operators_only";

    /// <summary>The request speaks as somebody else than the key's subject.</summary>
    public const string ForgedSender = "forged_sender";

    /// <summary>The thread is between others.</summary>
    public const string NotAParty = "not_a_party";

    /// <summary>The stable code.</summary>
    public string Code => code;
}
