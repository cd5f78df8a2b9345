namespace DurableMesh.Agents.Processes;

/// <summary>Gathers a text of which only head and tail are kept where it is too long.</summary>
public sealed class BoundedText
{
    /// <summary>As many characters are kept.</summary>
    public const int Limit = 1024 * 1024;
}
