using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Http;

/// <summary>Reads a request's query strictly and gathers all that is wrong with it.</summary>
internal sealed class Query
{
    // The Functions host takes its access key from these; they are none of ours.
    private static readonly string[] HostParameters = ["code", "clientId"];

    private readonly IQueryCollection _query;
    private readonly List<InputError> _errors = [];

    /// <param name="request">The request.</param>
    /// <param name="known">The parameters that this route knows.</param>
    public Query(HttpRequest request, params ReadOnlySpan<string> known)
    {
        _query = request.Query;
        foreach (var name in _query.Keys)
        {
            if (!known.Contains(name) && !HostParameters.Contains(name, StringComparer.Ordinal))
            {
                Wrong(name, "unknown_field", $"There is no parameter {name}; there are {string.Join(", ", known!)}.");
            }
        }
    }

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => _query[name] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>Several texts, each given as a parameter of its own or with commas between them.</summary>
    public IReadOnlyList<string> Texts(string name, int most)
    {
        string[] all =
        [
            .. _query[name].SelectMany(value => (value ?? "").Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal),
        ];
        if (all.Length > most)
        {
            Wrong(name, "out_of_range", $"{name} may have {most} values.");
        }

        return all;
    }

    /// <summary>A text that must be there.</summary>
    public string Required(string name)
    {
        if (Text(name) is { } text)
        {
            return text;
        }

        Wrong(name, "missing", $"{name} is missing.");
        return "";
    }

    /// <summary>A whole number between two bounds.</summary>
    public int Number(string name, int least, int most, int otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Wrong(name, "out_of_range", $"{name} must be a whole number from {least} to {most}.");
        return otherwise;
    }

    /// <summary><c>true</c> or <c>false</c>; nothing means false.</summary>
    public bool Flag(string name)
    {
        if (Text(name) is not { } text)
        {
            return false;
        }

        if (text is "true" or "false")
        {
            return text == "true";
        }

        Wrong(name, "invalid_value", $"{name} must be true or false.");
        return false;
    }

    /// <summary>A duration like <c>PT30S</c> of at most <paramref name="most"/>; nothing means zero.</summary>
    public TimeSpan Duration(string name, TimeSpan most)
    {
        if (Text(name) is not { } text)
        {
            return TimeSpan.Zero;
        }

        if (Iso8601Duration.TryParse(text, out var duration) && duration >= TimeSpan.Zero && duration <= most)
        {
            return duration;
        }

        Wrong(name, "out_of_range", $"{name} must be an ISO 8601 duration from PT0S to {Iso8601Duration.Format(most)}.");
        return TimeSpan.Zero;
    }

    /// <summary>A day as <c>2026-11-24</c>, or null.</summary>
    public DateOnly? Day(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        Wrong(name, "invalid_value", $"{name} must be a day of UTC such as 2026-11-24.");
        return null;
    }

    /// <summary>The Monday of a week as <c>2026-W48</c>, or null.</summary>
    public DateOnly? Week(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (IsoWeek.TryParse(text, out var monday))
        {
            return monday;
        }

        Wrong(name, "invalid_value", $"{name} must be a week of ISO 8601 such as 2026-W48.");
        return null;
    }

    /// <summary>One of an enum's names as JSON has them, or null; case does not matter.</summary>
    public TEnum? OneOf<TEnum>(string name)
        where TEnum : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Names<TEnum>.Values.TryGetValue(text, out var value))
        {
            return value;
        }

        Wrong(name, "unknown_value", $"{name} must be one of {string.Join(", ", Names<TEnum>.Values.Keys)}.");
        return null;
    }

    /// <summary>A cursor that an earlier page gave, or null.</summary>
    public LogPosition? Cursor(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (LogPosition.TryParse(text, out var position))
        {
            return position;
        }

        Wrong(name, "malformed_cursor", $"{name} must be a cursor that an earlier page gave.");
        return null;
    }

    /// <exception cref="ProblemException">Something was wrong.</exception>
    public void ThrowIfWrong()
    {
        if (_errors.Count > 0)
        {
            throw new ProblemException(Problems.InvalidRequest(_errors));
        }
    }

    /// <summary>Notes what is wrong with a parameter.</summary>
    public void Wrong(string name, string code, string message) => _errors.Add(new InputError($"?{name}", code, message));

    private static class Names<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly Dictionary<string, TEnum> Values = Enum.GetValues<TEnum>().ToDictionary(
            value => JsonSerializer.SerializeToElement(value, AppJson.TypeInfo<TEnum>()).GetString()!,
            StringComparer.OrdinalIgnoreCase);
    }
}
