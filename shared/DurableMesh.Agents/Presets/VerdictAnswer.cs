using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>An answer that is no verdict; the message says why, and what to do, to the model.</summary>
public sealed class BadVerdictException(string message) : Exception(message);

/// <summary>
/// A coding agent's verdict: the form that it is asked for, and its strict reading. Nothing is guessed at: a verdict that could
/// be meant
/// otherwise is none.
/// </summary>
public static partial class VerdictAnswer
{
    private static readonly string[] Members = ["verdict", "summary", "checks"];
    private static readonly string[] CheckMembers = ["id", "status", "detail", "location"];

    /// <summary>The JSON schema of a verdict on some criteria; the same bytes for the same criteria.</summary>
    public static string Schema(IEnumerable<Check> criteria) => new JsonObject
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["verdict"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("pass", "fail", "partial", "blocked") },
            ["summary"] = new JsonObject { ["type"] = "string" },
            ["checks"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["id"] = new JsonObject
                        {
                            ["type"] = "string",
                            ["enum"] = new JsonArray([.. criteria.Select(criterion => JsonValue.Create(criterion.Id))]),
                        },
                        ["status"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("pass", "fail", "skipped") },
                        ["detail"] = new JsonObject { ["type"] = "string" },
                        ["location"] = new JsonObject { ["type"] = new JsonArray("string", "null") },
                    },
                    ["required"] = new JsonArray([.. CheckMembers.Select(name => JsonValue.Create(name))]),
                    ["additionalProperties"] = false,
                },
            },
        },
        ["required"] = new JsonArray([.. Members.Select(name => JsonValue.Create(name))]),
        ["additionalProperties"] = false,
    }.ToJsonString();

    /// <summary>Reads the verdict of an answer: all of it is JSON, or its end is one fenced block of JSON.</summary>
    /// <exception cref="BadVerdictException">It is no verdict, or none on all criteria.</exception>
    public static AgentReply Read(string answer, IReadOnlyList<Check> criteria)
    {
        var json = answer.Trim();
        if (!json.StartsWith('{'))
        {
            var blocks = Block().Matches(json)
                .Where(block => block.Groups["json"].Value.Contains("\"verdict\"", StringComparison.Ordinal));
            var last = blocks.LastOrDefault() ?? throw Bad("it has no verdict: end it with the fenced block of JSON");
            if (last.Index + last.Length != json.Length)
            {
                throw Bad("words follow its verdict: the fenced block of JSON must be the end");
            }

            if (blocks.Select(block => block.Groups["json"].Value.Trim()).Distinct(StringComparer.Ordinal).Count() > 1)
            {
                throw Bad("it has two different verdicts: write one fenced block of JSON, at the end, and quote none");
            }

            json = last.Groups["json"].Value;
        }

        using var document = Parse(json);
        return Read(document.RootElement, criteria);
    }

    private static AgentReply Read(JsonElement said, IReadOnlyList<Check> criteria)
    {
        DemandOnly(said, Members, "the verdict");
        var (verdict, summary) = (Choice<Verdict>(said, "verdict"), Text(said, "summary"));
        var checks = said.TryGetProperty("checks", out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Select(ReadCheck).ToList()
            : throw Bad("\"checks\" must be an array with one item for each criterion");
        if (checks.GroupBy(check => check.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw Bad($"\"checks\" has {twice.Key} twice");
        }

        if (checks.Find(check => !criteria.Any(criterion => criterion.Id == check.Id)) is { } unknown)
        {
            throw Bad($"there is no criterion {unknown.Id}");
        }

        var missing = string.Join(
            ", ", criteria.Select(criterion => criterion.Id).Where(id => !checks.Exists(check => check.Id == id)));
        if (missing.Length > 0)
        {
            throw Bad($"\"checks\" leaves out {missing}: every criterion needs one, skipped where it was not tried");
        }

        bool IsContrary(Check check) =>
            check.Status != CheckStatus.Pass && criteria.First(criterion => criterion.Id == check.Id).Required != false;
        if (verdict == Verdict.Pass && checks.Find(IsContrary) is { } contrary)
        {
            throw Bad($"it says pass, but {contrary.Id} did not pass");
        }

        if (verdict == Verdict.Fail && checks.TrueForAll(check => check.Status == CheckStatus.Pass))
        {
            throw Bad("it says fail, but every criterion passed");
        }

        return AgentReply.Of(MessageKind.Verdict, summary) with { Verdict = verdict, Checks = checks };
    }

    private static Check ReadCheck(JsonElement said)
    {
        DemandOnly(said, CheckMembers, "a check");
        return new Check
        {
            Id = Text(said, "id"),
            Status = Choice<CheckStatus>(said, "status"),
            Detail = Text(said, "detail"),
            Location = said.TryGetProperty("location", out var location) && location.ValueKind == JsonValueKind.String
                && location.GetString() is { Length: > 0 } place ? place : null,
        };
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException malformed)
        {
            throw Bad($"its verdict is no JSON ({malformed.Message})");
        }
    }

    private static void DemandOnly(JsonElement said, string[] members, string subject)
    {
        if (said.ValueKind != JsonValueKind.Object)
        {
            throw Bad($"{subject} must be an object");
        }

        foreach (var member in said.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                throw Bad($"{subject} has an unknown \"{member.Name}\": it has {string.Join(", ", members)}");
            }
        }
    }

    private static string Text(JsonElement said, string name) =>
        said.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { } words
            && !string.IsNullOrWhiteSpace(words)
            ? words
            : throw Bad($"\"{name}\" must be a text that is not empty");

    private static T Choice<T>(JsonElement said, string name)
        where T : struct, Enum
    {
        var word = Text(said, name);
        foreach (var value in Enum.GetValues<T>())
        {
            if (value.ToString().Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        throw Bad($"\"{name}\" is one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}, not '{word}'");
    }

    private static BadVerdictException Bad(string why) => new($"The answer is no verdict: {why}.");

    [GeneratedRegex(@"^[ \t]*```[^`\n]*\n(?<json>.*?)^[ \t]*```[ \t]*\r?$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
