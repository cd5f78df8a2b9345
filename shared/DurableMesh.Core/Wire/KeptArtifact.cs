using System.Text.Json.Serialization;
using DurableMesh.Core.Redaction;

namespace DurableMesh.Core.Wire;

/// <summary>The answer to an upload: what the mesh keeps for the thread.</summary>
public sealed record KeptArtifact
{
    /// <summary>The name that the upload gave it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of what is kept, 64 hexadecimal digits in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The length of what is kept, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Where to get it, under the mesh's address.</summary>
    public required string Uri { get; init; }

    /// <summary>What the trust zones took out before it was kept; left out where that was nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedactionCounts? Redactions { get; init; }

    /// <summary>As a message names it.</summary>
    public Artifact ToArtifact() => new() { Name = Name, Sha256 = Sha256, Size = Size, Uri = Uri };
}
