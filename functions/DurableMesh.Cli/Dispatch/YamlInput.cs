using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DurableMesh.Cli.Dispatch;

/// <summary>
/// A document that somebody wrote as YAML or JSON, as JSON, with the place of each value: so that a mistake that the mesh finds
/// is shown where it stands. Strict: one document, no tags, anchors or aliases, no name twice.
/// </summary>
internal sealed class YamlInput
{
    // A YAML value is a text unless its name says otherwise: '101959' is a task, and 'no' a word.
    private static readonly string[] Numbers =
        ["costCapUsd", "tries", "maxTurns", "maxFindingsPerTurn", "maxRoundsWithoutProgress"];

    private static readonly string[] Flags = ["required", "handsOn"];

    private const int MaxDepth = 32;

    private readonly Dictionary<string, Mark> _places = new(StringComparer.Ordinal);
    private readonly string _file;

    private YamlInput(string file) => _file = file;

    /// <summary>The document.</summary>
    public JsonObject Content { get; private set; } = [];

    /// <summary>Whether a file's name says that it is YAML.</summary>
    public static bool IsYaml(string file) => Path.GetExtension(file) is ".yaml" or ".yml";

    /// <summary>Reads a file: YAML by its name or where it is said, else JSON.</summary>
    /// <exception cref="CliException">It cannot be read, or has a mistake; where, the message says.</exception>
    public static async Task<YamlInput> ReadAsync(
        string file, bool asYaml, Terminal terminal, CancellationToken cancellation)
    {
        var input = new YamlInput(InputText.Name(file));
        if (!asYaml && !IsYaml(file))
        {
            input.Content = await InputText.ReadJsonAsync(file, terminal, cancellation) as JsonObject
                ?? throw new CliException(ExitCode.Usage, $"{input._file} is no JSON object.");
            return input;
        }

        input.Content = input.Parse(await InputText.ReadAsync(file, terminal, cancellation));
        return input;
    }

    /// <summary>The problem with each of its mistakes where it stands in the file.</summary>
    public MeshProblemException Locate(MeshProblemException refused) => refused.Problem.Errors is not { Count: > 0 } errors
        ? refused
        : new MeshProblemException(refused.Status, refused.Problem with
        {
            Errors = [.. errors.Select(error => PlaceOf(error.Path) is not { } mark ? error : error with
            {
                Path = string.Create(CultureInfo.InvariantCulture, $"{_file}:{mark.Line}:{mark.Column} {error.Path}"),
            })],
        });

    /// <summary>The place of a member, or of the nearest one around it that is in the file.</summary>
    private Mark? PlaceOf(string path)
    {
        while (true)
        {
            if (_places.TryGetValue(path, out var mark))
            {
                return mark;
            }

            var cut = path.LastIndexOfAny(['.', '[']);
            if (cut <= 0)
            {
                return null;
            }

            path = path[..cut];
        }
    }

    private JsonObject Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                throw new CliException(ExitCode.Usage, $"{_file} is empty.");
            }

            var at = parser.Current!.Start;
            var content = Read(parser, "", name: "", depth: 0) as JsonObject
                ?? throw Wrong(at, "This must be a mapping: names, each with a colon and a value.");
            parser.Consume<DocumentEnd>();
            return parser.TryConsume<StreamEnd>(out _)
                ? content
                : throw Wrong(parser.Current!.Start, "A file is one document; a second one begins here.");
        }
        catch (YamlException malformed)
        {
            throw Wrong(malformed.Start, $"This is no YAML: {malformed.Message}", malformed);
        }
        catch (InvalidOperationException lost)
        {
            // The scanner's own words for what it cannot make out say nothing to anybody.
            throw Wrong(parser.Current?.End ?? Mark.Empty, "This is no YAML: what follows here cannot be made out.", lost);
        }
    }

    private JsonNode? Read(Parser parser, string path, string name, int depth)
    {
        _places.TryAdd(path, parser.Current!.Start);
        if (parser.Current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
        {
            throw Wrong(node.Start, "Anchors and tags have no meaning here; write the value itself.");
        }

        if (depth == MaxDepth)
        {
            throw Wrong(parser.Current.Start, $"This is nested deeper than {MaxDepth} levels.");
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            return ReadMapping(parser, path, depth + 1);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Read(parser, $"{path}[{items.Count}]", name, depth + 1));
            }

            return items;
        }

        return parser.TryConsume<Scalar>(out var scalar)
            ? ValueOf(scalar, name)
            : throw Wrong(parser.Current!.Start, "An alias has no meaning here; write the value itself.");
    }

    private JsonObject ReadMapping(Parser parser, string path, int depth)
    {
        var content = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw Wrong(parser.Current!.Start, "A name must be a plain word.");
            }

            if (content.ContainsKey(key.Value))
            {
                throw Wrong(key.Start, $"'{key.Value}' stands here twice.");
            }

            var member = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            _places[member] = key.Start;
            content[key.Value] = Read(parser, member, key.Value, depth);
        }

        return content;
    }

    private JsonValue? ValueOf(Scalar scalar, string name)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        if (text is "" or "~" or "null")
        {
            return null;
        }

        if (Numbers.Contains(name))
        {
            return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
                ? JsonValue.Create(number)
                : throw Wrong(scalar.Start, $"{name} is a number, and '{text}' is none.");
        }

        if (Flags.Contains(name))
        {
            return text is "true" or "false"
                ? JsonValue.Create(text == "true")
                : throw Wrong(scalar.Start, $"{name} is true or false, and not '{text}'.");
        }

        return JsonValue.Create(text);
    }

    private CliException Wrong(Mark at, string message, Exception? inner = null) => new(
        ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{_file}:{at.Line}:{at.Column}: {message}"), inner);
}
