using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>What the parts of a message come to: a body, files whose bytes came along, and files that are elsewhere.</summary>
/// <param name="Body">The body; null where there are files alone.</param>
/// <param name="Files">Files whose bytes came along.</param>
/// <param name="References">Files that are elsewhere, known by their SHA-256; nothing is fetched.</param>
public sealed record A2aContent(JsonText? Body, IReadOnlyList<A2aFile> Files, IReadOnlyList<Artifact> References)
{
    /// <summary>The most parts of a message.</summary>
    public const int MaxParts = 100;

    private const int MaxSubject = 200;

    /// <summary>Reads parts.</summary>
    /// <param name="parts">The parts.</param>
    /// <exception cref="A2aException">A part is of no kind that there is, or has a mistake; all are named at once.</exception>
    public static A2aContent Of(IReadOnlyList<A2aPart>? parts)
    {
        if (parts is not { Count: > 0 and <= MaxParts })
        {
            throw new A2aException(A2aError.InvalidParams(
                "message.parts", InputError.OutOfRange, $"A message has 1 to {MaxParts} parts."));
        }

        var mistakes = new List<InputError>();
        var (said, files, references) = (new List<JsonNode>(), new List<A2aFile>(), new List<Artifact>());
        for (var n = 0; n < parts.Count; n++)
        {
            var (part, path) = (parts[n], $"message.parts[{n}]");
            switch (KindsOf(part))
            {
                case { Count: 0 }:
                    throw new A2aException(new A2aError
                    {
                        Kind = A2aErrorKind.ContentTypeNotSupported,
                        Message = $"{path} is none of text, data, raw and url: the mesh takes no other part.",
                    });
                case { Count: > 1 } kinds:
                    mistakes.Add(new InputError(
                        path, InputError.NotAllowed, $"A part is one of text, data, raw and url; this is {Words(kinds)}."));
                    break;
                case ["text"]:
                    said.Add(JsonValue.Create(part.Text)!);
                    break;
                case ["data"]:
                    said.Add(JsonNode.Parse(part.Data!.Value.GetRawText())!);
                    break;
                case ["raw"]:
                    ReadFile(part, n, path, files, mistakes);
                    break;
                default:
                    ReadReference(part, n, path, references, mistakes);
                    break;
            }
        }

        var body = BodyOf(said, mistakes);
        return mistakes.Count == 0
            ? new A2aContent(body, files, references)
            : throw new A2aException(A2aError.InvalidParams(mistakes));
    }

    /// <summary>One line that says what the message is about: its first with something in it.</summary>
    /// <param name="otherwise">What to say where it has no words.</param>
    public string Subject(string otherwise)
    {
        var words = Body is null ? "" : HiddenCharacters.Mask(Body.ToDisplayText());
        var line = words.Split('\n').Select(one => one.Replace('\t', ' ').Trim())
            .FirstOrDefault(one => !TextRules.IsBlank(one));
        return line is null ? otherwise : WholeText.Shorten(line, MaxSubject);
    }

    /// <summary>Texts as one text, one value as itself, and both as a list.</summary>
    private static JsonText? BodyOf(List<JsonNode> said, List<InputError> mistakes)
    {
        if (said.Count == 0)
        {
            return null;
        }

        try
        {
            return said.All(one => one.GetValueKind() == JsonValueKind.String)
                ? JsonText.OfString(string.Join("\n\n", said.Select(one => one.GetValue<string>())))
                : JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(
                    said.Count == 1 ? said[0] : new JsonArray([.. said]), MeshJson.Options));
        }
        catch (CanonicalJsonException e)
        {
            mistakes.Add(new InputError("message.parts", InputError.NotInteroperable, e.Message));
            return null;
        }
    }

    private static void ReadFile(A2aPart part, int n, string path, List<A2aFile> files, List<InputError> mistakes)
    {
        var name = part.Filename is { Length: > 0 } given ? given : $"file-{n + 1}";
        if (!ArtifactRules.IsName(name))
        {
            mistakes.Add(new InputError($"{path}.filename", InputError.InvalidValue, ArtifactRules.NameRule));
        }
        else
        {
            files.Add(new A2aFile(name, part.Raw!));
        }
    }

    private static void ReadReference(A2aPart part, int n, string path, List<Artifact> references, List<InputError> mistakes)
    {
        var data = part.Metadata?[A2aExtensionData.Uri] as JsonObject;
        var sha256 = data?["sha256"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : HashIn(part.Url!);
        if (sha256 is null || !ContentHash.IsHex(sha256))
        {
            mistakes.Add(new InputError(
                $"{path}.metadata",
                InputError.Missing,
                $"The mesh fetches no addresses: name the file's SHA-256 in the part's metadata as "
                    + $"{{\"{A2aExtensionData.Uri}\": {{\"sha256\": …}}}}, or send its bytes as raw."));
            return;
        }

        references.Add(new Artifact
        {
            Name = part.Filename is { Length: > 0 } name ? name : $"file-{n + 1}",
            Sha256 = sha256,
            Uri = part.Url,
        });
    }

    /// <summary>The hash that an address under the mesh's ends with.</summary>
    private static string? HashIn(string url)
    {
        var last = url[(url.LastIndexOf('/') + 1)..];
        return url.Contains("/api/threads/", StringComparison.Ordinal) && ContentHash.IsHex(last) ? last : null;
    }

    private static List<string> KindsOf(A2aPart part)
    {
        (string Kind, bool Is)[] kinds =
        [
            ("text", part.Text is not null), ("data", part.Data is not null), ("raw", part.Raw is not null),
            ("url", part.Url is { Length: > 0 }),
        ];
        return [.. kinds.Where(one => one.Is).Select(one => one.Kind)];
    }

    private static string Words(List<string> kinds) => string.Join(" and ", kinds);
}

/// <summary>A file whose bytes came with a message.</summary>
/// <param name="Name">Its name, without a path.</param>
/// <param name="Content">Its bytes.</param>
public sealed record A2aFile(string Name, ReadOnlyMemory<byte> Content);
