namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>A name of a secret in a text, whose value is looked for.</summary>
internal ref struct NamedSecret
{
    /// <summary>The text.</summary>
    public required Passage Passage { get; init; }

    /// <summary>Where the name starts.</summary>
    public required int Start { get; init; }

    /// <summary>Where the name ends, exclusively.</summary>
    public required int End { get; init; }

    /// <summary>What the name says.</summary>
    public required SecretNature Nature { get; init; }
}
