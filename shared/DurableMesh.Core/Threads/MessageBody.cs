using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>
/// A body as it travels through the history: small ones inline, larger ones by content address, so that the history stays bounded
/// (DESIGN §4). The content of a large one is in the body store under <see cref="Sha256"/> before the event that names it is
/// raised.
/// </summary>
public sealed record MessageBody
{
    /// <summary>The largest body that travels inline: 4 KiB of canonical JSON.</summary>
    public const int MaxInlineBytes = 4096;

    /// <summary>The body, where it is small.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Inline { get; init; }

    /// <summary>SHA-256 of the canonical JSON, 64 hexadecimal digits in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The length of the canonical JSON in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>The content address.</summary>
    public BodyRef ToRef() => new(Sha256, Size);

    /// <summary>
    /// Takes a body; where <see cref="Inline"/> comes out null, the caller stores <see cref="JsonText.ToUtf8"/> first.
    /// </summary>
    /// <param name="body">The body.</param>
    public static MessageBody Of(JsonText body)
    {
        var utf8 = body.ToUtf8();
        return new MessageBody
        {
            Inline = utf8.Length <= MaxInlineBytes ? body : null,
            Sha256 = ContentHash.Hex(utf8),
            Size = utf8.Length,
        };
    }
}
