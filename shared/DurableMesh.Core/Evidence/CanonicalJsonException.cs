namespace DurableMesh.Core.Evidence;

/// <summary>The input is no JSON, or no interoperable JSON (RFC 7493), so that it has no canonical form.</summary>
public sealed class CanonicalJsonException : FormatException
{
    /// <summary>Creates one without a message.</summary>
    public CanonicalJsonException()
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is wrong.</param>
    public CanonicalJsonException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What the JSON reader said.</param>
    public CanonicalJsonException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
