using System.Text.Json;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Core.Wire;

/// <summary>
/// Reads one JSON object field by field and gathers all that is wrong. A field is known because it was asked for, so that the
/// contract stands in one place. A null counts as absent.
/// </summary>
internal sealed partial class ObjectReader
{
    private readonly Dictionary<string, JsonElement> _fields = [];
    private readonly List<string> _known = [];
    private readonly string _path;
    private readonly InputErrors _errors;

    private ObjectReader(string path, InputErrors errors) => (_path, _errors) = (path, errors);

    /// <summary>Opens an object; null, with an error, where the value is none.</summary>
    public static ObjectReader? Of(JsonElement element, string path, InputErrors errors)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path, InputError.WrongType, $"This must be a JSON object, not {Describe(element)}.");
            return null;
        }

        var reader = new ObjectReader(path, errors);
        foreach (var property in element.EnumerateObject())
        {
            // A name that is none costs an exception.
            if (errors.IsFull)
            {
                break;
            }

            reader.Take(property);
        }

        return reader;
    }

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    public void Add(string name, string code, string message) =>
        _errors.Add(name.Length == 0 ? _path : PathOf(name), code, message);

    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Whether a field is a text, of those that may be something else too.</summary>
    public bool HasText(string name) => _fields.TryGetValue(name, out var field) && field.ValueKind == JsonValueKind.String;

    /// <summary>Takes fields for known that answers have and requests may repeat.</summary>
    public void Ignore(params ReadOnlySpan<string> names) => _known.AddRange(names);

    /// <summary>Reports every field that was not asked for, with the nearest name that was.</summary>
    public void RejectUnknown()
    {
        foreach (var name in _fields.Keys.Except(_known))
        {
            if (_errors.IsFull)
            {
                return;
            }

            var nearest = NearestName.Of(name, _known);
            _errors.Add(
                PathOf(Printable(name)),
                InputError.UnknownField,
                nearest is null
                    ? $"There is no such field; the known ones are {string.Join(", ", _known)}."
                    : $"There is no such field; do you mean '{nearest}'?");
        }
    }

    /// <summary>A text of one line: nothing that steers a terminal or hides, not empty, not too long.</summary>
    public string? Line(string name, int maxLength, bool required = true)
    {
        var text = Text(name, maxLength, required);
        if (text is null)
        {
            return null;
        }

        if (TextRules.IsBlank(text))
        {
            Add(name, InputError.InvalidValue, "This must not be empty, or of what nobody sees.");
            return null;
        }

        return IsSeen(name, text, severalLines: false) ? text : null;
    }

    /// <summary>A text for people that may have several lines, or none, and nothing that steers a terminal or hides.</summary>
    public string? Words(string name, int maxLength, bool required = false) =>
        Text(name, maxLength, required) is { } text && IsSeen(name, text, severalLines: true) ? text : null;

    /// <summary>A text of one line that tells one thing from another: nothing in it that a reader could overlook.</summary>
    public string? Id(string name, int maxLength, bool required = true)
    {
        var id = Line(name, maxLength, required);
        if (id is null || TextRules.IsPlain(id))
        {
            return id;
        }

        Add(
            name,
            InputError.InvalidValue,
            "This must have no blanks at its ends, no invisible characters, and every character in its plain form.");
        return null;
    }

    /// <summary>A text that may have several lines or be empty.</summary>
    public string? Text(string name, int maxLength, bool required = false)
    {
        if (Find(name, required) is not { } element || !Expect(name, element, JsonValueKind.String, "a text"))
        {
            return null;
        }

        var text = TextRules.TryGet(element);
        if (text is null)
        {
            Add(name, InputError.NotInteroperable, "The text holds half of a surrogate pair; send well-formed Unicode.");
        }
        else if (text.Length > maxLength)
        {
            Add(name, InputError.TooLong, $"The text has {text.Length} characters; at most {maxLength} are allowed.");
            return null;
        }

        return text;
    }

    public TEnum? Choice<TEnum>(string name, bool required = true)
        where TEnum : struct, Enum
    {
        if (Find(name, required) is not { } element
            || !Expect(name, element, JsonValueKind.String, $"one of {Wire.Choices<TEnum>.List}"))
        {
            return null;
        }

        if (TextRules.TryGet(element) is { } text && Wire.Choices<TEnum>.ByName.TryGetValue(text, out var choice))
        {
            return choice;
        }

        Add(name, InputError.InvalidValue, $"This must be one of {Wire.Choices<TEnum>.List}.");
        return null;
    }

    /// <summary>A list of names of an enum.</summary>
    public IReadOnlyList<TEnum> Choices<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var names = Lines(name, Wire.Choices<TEnum>.ByName.Count, 64);
        foreach (var unknown in names.Where(one => !Wire.Choices<TEnum>.ByName.ContainsKey(one)))
        {
            Add(name, InputError.InvalidValue, $"'{unknown}' is none of {Wire.Choices<TEnum>.List}.");
        }

        return [.. names.Where(Wire.Choices<TEnum>.ByName.ContainsKey).Select(one => Wire.Choices<TEnum>.ByName[one]).Distinct()];
    }

    public bool? Flag(string name)
    {
        if (Find(name, required: false) is not { } element)
        {
            return null;
        }

        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return element.GetBoolean();
        }

        Add(name, InputError.WrongType, $"This must be true or false, not {Describe(element)}.");
        return null;
    }

    /// <summary>Any JSON value of at most <paramref name="maxBytes"/> canonical bytes.</summary>
    public JsonText? Body(string name, int maxBytes)
    {
        if (Find(name, required: false) is not { } element)
        {
            return null;
        }

        try
        {
            var body = JsonText.Of(element);
            if (body.Size <= maxBytes)
            {
                return body;
            }

            var message = $"The body has {body.Size} bytes; at most {maxBytes} are allowed. Send an artifact instead.";
            Add(name, InputError.BodyTooLarge, message);
        }
        catch (CanonicalJsonException e)
        {
            Add(name, InputError.NotInteroperable, e.Message);
        }

        return null;
    }

    public T? Object<T>(string name, Func<ObjectReader, T?> read, bool required = false)
        where T : class
    {
        if (Find(name, required) is not { } element || Of(element, PathOf(name), _errors) is not { } reader)
        {
            return null;
        }

        var value = read(reader);
        reader.RejectUnknown();
        return value;
    }

    /// <summary>A list of objects whose ids, where they have one, are unique, to a reader's eye too.</summary>
    public IReadOnlyList<T> Objects<T>(
        string name, int maxCount, Func<ObjectReader, T?> read, Func<T, string>? id = null, bool required = false)
        where T : class
    {
        var seen = new HashSet<string>();
        return Items(name, maxCount, required, (element, itemPath) =>
        {
            if (Of(element, itemPath, _errors) is not { } reader)
            {
                return null;
            }

            var value = read(reader);
            reader.RejectUnknown();
            if (value is not null && id?.Invoke(value) is { } told && !seen.Add(TextRules.LookOf(told)))
            {
                reader.Add(
                    "id", InputError.DuplicateId, $"'{told}', or what looks like it, stands twice in this list; ids are unique.");
            }

            return value;
        });
    }

    /// <summary>A list of texts of one line each.</summary>
    public IReadOnlyList<string> Lines(string name, int maxCount, int maxLength) =>
        Items(name, maxCount, required: false, (element, itemPath) =>
        {
            var text = element.ValueKind == JsonValueKind.String ? TextRules.TryGet(element) : null;
            if (!TextRules.IsBlank(text) && text!.Length <= maxLength && HiddenCharacters.IndexIn(text) < 0)
            {
                return text;
            }

            _errors.Add(itemPath, InputError.InvalidValue, $"This must be a text of 1 to {maxLength} characters in one line.");
            return null;
        });

    private bool IsSeen(string name, string text, bool severalLines)
    {
        var hidden = HiddenCharacters.IndexIn(text, severalLines);
        if (hidden >= 0)
        {
            var kind = char.IsControl(text[hidden]) ? "control" : "invisible";
            var message =
                $"Character {hidden + 1} is the {kind} character {HiddenCharacters.NameAt(text, hidden)}; leave it out.";
            Add(name, InputError.ControlCharacter, message);
        }

        return hidden < 0;
    }

    private List<T> Items<T>(string name, int maxCount, bool required, Func<JsonElement, string, T?> read)
        where T : class
    {
        var items = new List<T>();
        if (Find(name, required) is not { } element
            || !Expect(name, element, JsonValueKind.Array, "a list"))
        {
            return items;
        }

        var count = element.GetArrayLength();
        if (count > maxCount)
        {
            Add(name, InputError.TooLong, $"The list has {count} items; at most {maxCount} are allowed.");
            return items;
        }

        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (read(item, $"{PathOf(name)}[{index++}]") is { } value)
            {
                items.Add(value);
            }
        }

        return items;
    }

    private JsonElement? Find(string name, bool required)
    {
        _known.Add(name);
        if (_fields.TryGetValue(name, out var element) && element.ValueKind != JsonValueKind.Null)
        {
            return element;
        }

        if (required)
        {
            Add(name, InputError.Missing, "This is missing.");
        }

        return null;
    }

    private bool Expect(string name, JsonElement element, JsonValueKind kind, string wanted)
    {
        if (element.ValueKind == kind)
        {
            return true;
        }

        Add(name, InputError.WrongType, $"This must be {wanted}, not {Describe(element)}.");
        return false;
    }

    private void Take(JsonProperty property)
    {
        var name = TextRules.TryGetName(property);
        if (name is null)
        {
            _errors.Add(
                _path,
                InputError.NotInteroperable,
                "The name of a field holds half of a surrogate pair; send well-formed Unicode.");
        }
        else if (!_fields.TryAdd(name, property.Value))
        {
            _errors.Add(PathOf(Printable(name)), InputError.NotInteroperable, "This field stands twice; send it once.");
        }
    }

    private static string Printable(string name) =>
        Shorten(string.Concat(name.Select(character => char.IsControl(character) ? '\uFFFD' : character)));

    private static string Shorten(string text) => WholeText.Shorten(text, 64);

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
