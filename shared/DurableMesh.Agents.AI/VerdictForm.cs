using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.AI;

namespace DurableMesh.Agents.AI;

/// <summary>The form in which a model judges: one JSON object with a check for each criterion, and nothing beside it.</summary>
internal static class VerdictForm
{
    /// <summary>The form in words.</summary>
    public const string How =
        """
        Answer with one JSON object and nothing else, with one check for each criterion:
        {"verdict": "pass" | "fail" | "partial" | "blocked", "summary": "…",
         "checks": [{"id": "…", "status": "pass" | "fail" | "skipped", "detail": "what you saw"}]}
        "pass" is right only where each required criterion passes, "blocked" only where you cannot judge.
        """;

    /// <summary>The form as a schema. It depends on the brief alone, so that it is the same in every round.</summary>
    public static ChatResponseFormat Of(MessageView brief)
    {
        var id = new JsonObject { ["type"] = "string" };
        if (brief.Checks.Count > 0)
        {
            id["enum"] = Texts(brief.Checks.Select(check => check.Id));
        }

        var check = Object(("id", id), ("status", Choice<CheckStatus>()), ("detail", new JsonObject { ["type"] = "string" }));
        var schema = Object(
            ("verdict", Choice<Verdict>()),
            ("summary", new JsonObject { ["type"] = "string" }),
            ("checks", new JsonObject { ["type"] = "array", ["items"] = check }));
        return ChatResponseFormat.ForJsonSchema(
            JsonSerializer.SerializeToElement(schema), "verdict", "The judgement on the work.");
    }

    /// <summary>Reads a verdict.</summary>
    /// <param name="text">The model's answer.</param>
    /// <param name="brief">The brief, with the criteria.</param>
    /// <exception cref="FormatException">It is none, or contradicts itself; the message says how, for the model.</exception>
    public static AgentReply Read(string text, MessageView brief)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutFence(text));
            return Read(document.RootElement, brief);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The answer is not the one JSON object that is wanted: {e.Message}", e);
        }
    }

    private static AgentReply Read(JsonElement answer, MessageView brief)
    {
        if (answer.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("The answer is not the one JSON object that is wanted.");
        }

        var verdict = Choice<Verdict>(answer, "verdict");
        Check[] checks = answer.TryGetProperty("checks", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(ReadCheck)]
            : throw new FormatException("checks: a list is wanted.");
        if (checks.GroupBy(check => check.Id).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
        {
            throw new FormatException($"checks: {twice.Key} stands there twice.");
        }

        var required = brief.Checks.Where(criterion => criterion.Required != false).Select(criterion => criterion.Id);
        if (verdict == Verdict.Pass && required.FirstOrDefault(id => !checks.Any(Passes(id))) is { } open)
        {
            throw new FormatException($"The verdict is pass, but no check says that {open} passes.");
        }

        if (verdict == Verdict.Fail && checks.Length == 0)
        {
            throw new FormatException("The verdict is fail, but no check says what fails.");
        }

        var summary = Word(answer, "summary");
        return new AgentReply
        {
            Kind = MessageKind.Verdict,
            Verdict = verdict,
            Checks = checks,
            Body = string.IsNullOrWhiteSpace(summary) ? null : JsonText.OfString(summary),
        };
    }

    private static Func<Check, bool> Passes(string id) => check => check.Id == id && check.Status == CheckStatus.Pass;

    /// <summary>Reads one check.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Check ReadCheck(JsonElement check)
    {
        if (check.ValueKind != JsonValueKind.Object || Word(check, "id") is not { Length: > 0 } id)
        {
            throw new FormatException("checks: each wants the id of its criterion.");
        }

        var detail = Word(check, "detail");
        return new Check
        {
            Id = id,
            Status = Choice<CheckStatus>(check, "status"),
            Detail = string.IsNullOrWhiteSpace(detail) ? null : detail,
        };
    }

    // Some models put JSON into a fence whatever they are told. Nothing may stand beside it.
    private static string WithoutFence(string text)
    {
        var lines = text.Trim().Split('\n');
        return lines.Length > 2 && lines[0].TrimEnd() is "```json" or "```" && lines[^1].TrimEnd() == "```"
            ? string.Join('\n', lines[1..^1])
            : text;
    }

    private static string? Word(JsonElement of, string name) =>
        of.TryGetProperty(name, out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;

    private static T Choice<T>(JsonElement of, string name)
        where T : struct, Enum =>
        Word(of, name) is { } word && Enum.GetNames<T>().FirstOrDefault(choice => Wire(choice) == word) is { } found
            ? Enum.Parse<T>(found)
            : throw new FormatException($"{name}: one of {string.Join(", ", Enum.GetNames<T>().Select(Wire))} is wanted.");

    private static JsonObject Choice<T>()
        where T : struct, Enum => new() { ["type"] = "string", ["enum"] = Texts(Enum.GetNames<T>().Select(Wire)) };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string Wire(string name) => name.ToLowerInvariant();

    private static JsonObject Object(params ReadOnlySpan<(string Name, JsonObject Schema)> fields)
    {
        var properties = new JsonObject();
        foreach (var (name, schema) in fields)
        {
            properties[name] = schema;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = Texts(properties.Select(property => property.Key)),
            ["additionalProperties"] = false,
        };
    }
}
