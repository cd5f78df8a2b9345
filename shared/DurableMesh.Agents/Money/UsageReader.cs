using System.Text.Json;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Money;

/// <summary>
/// Reads what a call used, in the names that providers and coding agents print, as the mesh counts it: input tokens are all
/// of them, those from and into a cache included. What is not understood is an error that names the field, never zero: money
/// must not get lost in a name.
/// </summary>
public static class UsageReader
{
    // Where a usage stands in what is printed around it: a provider's answer, an event, a message, a result.
    private static readonly string[] Wrappers = ["usage", "usageMetadata", "tokens", "stats", "part", "message", "response"];

    /// <summary>Reads one usage; that of several models is summed up, and then names no model.</summary>
    /// <param name="printed">The usage, or the answer, event or result that has it.</param>
    /// <exception cref="FormatException">It has no known form. The message names the field and says what is wrong.</exception>
    public static Usage Read(JsonElement printed) => Sum(ReadAll(printed));

    /// <summary>Reads the usage of each model.</summary>
    /// <param name="printed">The usage, or the answer, event or result that has it.</param>
    /// <exception cref="FormatException">It has no known form. The message names the field and says what is wrong.</exception>
    public static IReadOnlyList<Usage> ReadAll(JsonElement printed) => ReadAll(printed, "usage", null, null);

    /// <summary>The sum of some usages; nothing of none.</summary>
    public static Usage Sum(IEnumerable<Usage> usages) => usages.Aggregate((Usage?)null, UsageSum.Of) ?? new Usage();

    /// <summary>
    /// What was used since the last time, where a program counts over its whole session (Codex). A counter that is lower than
    /// before has begun anew: then all of it is new.
    /// </summary>
    /// <param name="total">What it says now.</param>
    /// <param name="before">What it said last; null for nothing.</param>
    public static Usage Since(Usage total, Usage? before)
    {
        if (before is null || total.InputTokens < before.InputTokens || total.OutputTokens < before.OutputTokens
            || total.CachedInputTokens < before.CachedInputTokens || total.CacheWriteTokens < before.CacheWriteTokens)
        {
            return total;
        }

        return total with
        {
            InputTokens = total.InputTokens - before.InputTokens,
            CachedInputTokens = total.CachedInputTokens - before.CachedInputTokens,
            CacheWriteTokens = total.CacheWriteTokens - before.CacheWriteTokens,
            OutputTokens = total.OutputTokens - before.OutputTokens,
            CostUsd = total.CostUsd is { } cost && before.CostUsd is { } paid && cost >= paid ? cost - paid : null,
        };
    }

    private static IReadOnlyList<Usage> ReadAll(JsonElement printed, string where, string? model, decimal? cost)
    {
        if (printed.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(where, $"an object is wanted, and it is {NameOf(printed.ValueKind)}");
        }

        model = Word(printed, "model") ?? Word(printed, "modelVersion") ?? model;

        // Claude Code's own sum can be short; that of each model is right.
        foreach (var list in new[] { "modelUsage", "models" })
        {
            if (UsageForm.Find(printed, list) is { ValueKind: JsonValueKind.Object } models)
            {
                return
                [
                    .. models.EnumerateObject()
                        .SelectMany(item => ReadAll(item.Value, $"{where}.{list}.{item.Name}", item.Name, null)),
                ];
            }
        }

        if (FormOf(printed, where) is { } form)
        {
            return [Read(printed, form, where, model, cost)];
        }

        var names = printed.EnumerateObject().Select(field => field.Name);
        var wrapper = Wrappers.FirstOrDefault(name => UsageForm.Find(printed, name).ValueKind == JsonValueKind.Object)
            ?? throw Wrong(where, $"no known usage; it has {string.Join(", ", names)}");
        var beside = UsageForm.Find(printed, "cost").ValueKind == JsonValueKind.Number ? Dollars(printed, "cost", where) : cost;
        return ReadAll(UsageForm.Find(printed, wrapper), $"{where}.{wrapper}", model, beside);
    }

    private static UsageForm? FormOf(JsonElement printed, string where)
    {
        UsageForm[] forms = [.. UsageForm.All.Where(form => form.Fits(printed))];
        UsageForm[] sure = [.. forms.Where(form => form.OwnFields.Any(field => UsageForm.Has(printed, field)))];
        if (sure.Length > 1)
        {
            var fields = sure.Select(form => $"{form.OwnFields.First(field => UsageForm.Has(printed, field))} ({form.Name})");
            var both = string.Join(" and ", fields);
            throw Wrong(where, $"{both} do not go together: nobody can tell what {forms[0].Input} includes");
        }

        // Without a cache all forms with these names mean the same.
        return sure is [var only] ? only : forms.MaxBy(form => form.Fields.Count(field => UsageForm.Has(printed, field)));
    }

    private static Usage Read(JsonElement printed, UsageForm form, string where, string? model, decimal? cost)
    {
        foreach (var field in printed.EnumerateObject().Where(form.IsForeign))
        {
            throw Wrong($"{where}.{field.Name}", $"no field of {form.Name}: nobody can tell whether it counts");
        }

        var cached = First(printed, form.Cached, where);
        var written = First(printed, form.Written, where);
        var input = Tokens(printed, form.Input, where) + form.MoreInput.Sum(field => Tokens(printed, field, where));
        input += form.IncludesCache ? 0 : cached + written;
        if (cached + written > input)
        {
            throw Wrong($"{where}.{form.Input}", $"{input} cannot include {cached} tokens from a cache and {written} into it");
        }

        var output = Tokens(printed, form.Output, where) + form.MoreOutput.Sum(field => Tokens(printed, field, where));
        cost = form.Cost is { } name && UsageForm.Has(printed, name) ? Dollars(printed, name, where) : cost;

        // A program that knows no price says zero, and Claude Code some price: then the table decides. The mesh's own word holds.
        var isGuess = form.Name != "the mesh" && (cost == 0 || (form.Name == "Claude Code" && !CommonPrices.Knows(model)));
        return new Usage
        {
            Model = model,
            InputTokens = input,
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            OutputTokens = output,
            CostUsd = isGuess ? null : cost,
        };
    }

    private static long First(JsonElement of, string[] sums, string where)
    {
        var sum = sums.FirstOrDefault(sum => UsageForm.Terms(sum).Any(field => UsageForm.Has(of, field)));
        return sum is null ? 0 : UsageForm.Terms(sum).Sum(field => Tokens(of, field, where));
    }

    private static long Tokens(JsonElement of, string field, string where)
    {
        if (!UsageForm.Has(of, field))
        {
            return 0;
        }

        var value = UsageForm.Find(of, field);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens is >= 0 and <= MaxTokens
            ? tokens
            : throw Wrong($"{where}.{field}", $"a whole number from 0 to {MaxTokens} is wanted, and it is {Shown(value)}");
    }

    private static decimal Dollars(JsonElement of, string field, string where)
    {
        var value = UsageForm.Find(of, field);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var usd)
            && usd is >= 0 and <= UsdRounding.MaxUsd
            ? UsdRounding.Round(usd)
            : throw Wrong($"{where}.{field}", $"US dollars from 0 to {UsdRounding.MaxUsd} are wanted, and it is {Shown(value)}");
    }

    private static string? Word(JsonElement of, string field) =>
        UsageForm.Find(of, field) is { ValueKind: JsonValueKind.String } word ? word.GetString() : null;

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetRawText().Length < 40
        ? value.GetRawText()
        : NameOf(value.ValueKind);

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "a Boolean",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        var other => $"a {other.ToString().ToLowerInvariant()}",
    };

    private static FormatException Wrong(string field, string problem) => new($"{field}: {problem}.");

    // What the mesh takes of one message.
    private const long MaxTokens = 1_000_000_000;
}
