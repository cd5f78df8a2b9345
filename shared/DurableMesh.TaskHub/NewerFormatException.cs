namespace DurableMesh.TaskHub;

/// <summary>The task hub holds something that only a newer version of this library knows: this one leaves it alone.</summary>
public sealed class NewerFormatException : Exception
{
    /// <summary>Names what was met.</summary>
    /// <param name="what">What this version does not know.</param>
    public NewerFormatException(string what)
        : base($"The task hub was written by a newer version: it holds {what}. Run that version again, or name another hub.")
    {
    }
}
