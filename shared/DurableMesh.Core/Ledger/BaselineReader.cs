using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Ledger;

/// <summary>A line of usage of the pipeline before the mesh, as it is given.</summary>
/// <param name="Line">Which line of the file it is, from 1.</param>
/// <param name="Initiator">The agent that built, or the only one; an id or an alias.</param>
/// <param name="Responder">The agent that verified; null where the line is one agent's.</param>
/// <param name="Pattern">What the mesh would use for it.</param>
/// <param name="Day">The day, by UTC; the Monday where only the week is given.</param>
/// <param name="Run">Lines that name the same run are one run; null: a run of its own.</param>
/// <param name="Usage">Its model, its tokens, and its cost where the line has one.</param>
/// <param name="Seconds">How long it took; null where nobody knows.</param>
/// <param name="Rounds">How many submissions it took; null where nobody knows.</param>
/// <param name="Verdict">How it ended; null where nobody knows.</param>
public sealed record BaselineLine(
    int Line,
    string Initiator,
    string? Responder,
    Pattern Pattern,
    DateOnly Day,
    string? Run,
    Usage Usage,
    decimal? Seconds,
    int? Rounds,
    Verdict? Verdict)
{
    /// <summary>The line with its cost settled, and its agents called by their ids.</summary>
    /// <param name="prices">The prices.</param>
    /// <param name="registry">The agents.</param>
    public BaselineRun Settled(PriceTable prices, AgentRegistry registry) => new()
    {
        Line = Line,
        Initiator = registry.Resolve(Initiator),
        Responder = Responder is null ? null : registry.Resolve(Responder),
        Pattern = Pattern,
        Day = Day,
        Run = Run,
        Usage = prices.Settle(Usage, new DateTimeOffset(Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)),
        Seconds = Seconds,
        Rounds = Rounds,
        Verdict = Verdict,
    };
}

/// <summary>Lines of a file that are to count.</summary>
/// <param name="File">The file's hash.</param>
/// <param name="Name">The file's name, for people.</param>
/// <param name="Lines">The lines.</param>
public sealed record BaselineRequest(string File, string Name, IReadOnlyList<BaselineLine> Lines);

/// <summary>Reads imported usage strictly: what is wrong is said, nothing is guessed.</summary>
public static class BaselineReader
{
    /// <summary>The most lines of one request.</summary>
    public const int MostLines = 1000;

    private const int MaxLine = 10_000_000;
    private const int MaxIdLength = 128;
    private const int MaxNameLength = 256;
    private const int MaxRounds = 1000;
    private const long MaxSeconds = 366L * 24 * 3600;

    /// <summary>The fields of a line, as columns and as JSON's names.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "pair", "initiator", "responder", "agent", "pattern", "week", "date", "run", "model", "inputTokens", "cachedInputTokens",
        "cacheWriteTokens", "outputTokens", "costUsd", "seconds", "rounds", "verdict",
    ];

    /// <summary>Those of them that are numbers.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
        ["inputTokens", "cachedInputTokens", "cacheWriteTokens", "outputTokens", "costUsd", "seconds", "rounds"];

    /// <summary>Reads what <c>POST /costs/baseline</c> is given.</summary>
    /// <param name="utf8">The body.</param>
    public static ReadResult<BaselineRequest> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var file = input.Id("file", MaxNameLength);
        if (file is not null && (ContentHash.TryReadHead(file) is not { } hash || hash != file))
        {
            input.Add(
                "file", InputError.InvalidValue, "This must be sha256: and 64 hexadecimal digits, the hash of the file's bytes.");
        }

        var name = input.Line("name", MaxNameLength, required: false);
        var lines = input.Objects(
            "lines",
            MostLines,
            line => ReadLine(line, (int)(line.Whole("line", 1, MaxLine, required: true) ?? 1)),
            required: true);
        return file is null ? null : new BaselineRequest(file, name ?? "", lines);
    });

    /// <summary>Reads one line of JSON, or what a row of CSV comes to.</summary>
    /// <param name="utf8">The line.</param>
    /// <param name="number">Which one it is, from 1.</param>
    public static ReadResult<BaselineLine> ReadLine(ReadOnlyMemory<byte> utf8, int number) =>
        JsonInput.Read(utf8, line => ReadLine(line, number));

    /// <summary>The lines as <c>POST /costs/baseline</c> is given them.</summary>
    /// <param name="request">The request.</param>
    public static byte[] ToUtf8(BaselineRequest request)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("file", request.File);
            json.WriteString("name", request.Name);
            json.WriteStartArray("lines");
            foreach (var line in request.Lines)
            {
                Write(json, line);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static BaselineLine? ReadLine(ObjectReader input, int number)
    {
        var (initiator, responder) = ReadPair(input);
        var pattern = input.Choice<Pattern>("pattern");
        var day = ReadDay(input);
        var run = input.Id("run", MaxIdLength, required: false);
        var usage = RequestReader.ReadUsage(input);
        foreach (var tokens in (string[])["inputTokens", "outputTokens"])
        {
            if (!input.Has(tokens))
            {
                input.Add(tokens, InputError.Missing, "This is missing; 0 says that there were none.");
            }
        }

        var seconds = input.Number("seconds", 0, MaxSeconds);
        var rounds = (int?)input.Whole("rounds", 0, MaxRounds);
        var verdict = input.Choice<Verdict>("verdict", required: false);
        return initiator is null || pattern is null || day is null
            ? null
            : new BaselineLine(number, initiator, responder, pattern.Value, day.Value, run, usage, seconds, rounds, verdict);
    }

    private static (string? Initiator, string? Responder) ReadPair(ObjectReader input)
    {
        var pair = input.Id("pair", (2 * MaxIdLength) + 1, required: false);
        var initiator = input.Id("initiator", MaxIdLength, required: false);
        var responder = input.Id("responder", MaxIdLength, required: false);
        var agent = input.Id("agent", MaxIdLength, required: false);
        var ways = new[] { input.Has("pair"), input.Has("initiator") || input.Has("responder"), input.Has("agent") };
        if (ways.Count(given => given) != 1)
        {
            input.Add(
                ways[0] || ways[1] || ways[2] ? "agent" : "pair",
                InputError.InvalidValue,
                "Say one: pair (BUILDER/VERIFIER), or initiator and responder, or agent for one agent's own usage.");
            return default;
        }

        if (ways[1] && (!input.Has("initiator") || !input.Has("responder")))
        {
            input.Add(
                input.Has("initiator") ? "responder" : "initiator",
                InputError.Missing,
                "A pair has an initiator and a responder.");
            return default;
        }

        if (pair is null)
        {
            return (initiator ?? agent, responder);
        }

        if (pair.Split('/', StringSplitOptions.TrimEntries) is [{ Length: > 0 } builder, { Length: > 0 } verifier])
        {
            return (builder, verifier);
        }

        input.Add("pair", InputError.InvalidValue, "This must be BUILDER/VERIFIER.");
        return default;
    }

    private static DateOnly? ReadDay(ObjectReader input)
    {
        var (week, date) = (input.Line("week", MaxIdLength, required: false), input.Line("date", MaxIdLength, required: false));
        if (input.Has("week") == input.Has("date"))
        {
            input.Add("date", InputError.InvalidValue, "Say one: date (2026-11-24) or week (2026-W48), by UTC.");
            return null;
        }

        if (week is not null)
        {
            if (IsoWeek.TryParse(week, out var monday))
            {
                return monday;
            }

            input.Add("week", InputError.InvalidValue, "This must be a week of ISO 8601 such as 2026-W48.");
        }
        else if (date is not null)
        {
            if (DateOnly.TryParseExact(date, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }

            input.Add("date", InputError.InvalidValue, "This must be a day such as 2026-11-24.");
        }

        return null;
    }

    private static void Write(Utf8JsonWriter json, BaselineLine line)
    {
        json.WriteStartObject();
        json.WriteNumber("line", line.Line);
        json.WriteString(line.Responder is null ? "agent" : "initiator", line.Initiator);
        Text("responder", line.Responder);
        json.WriteString("pattern", Choices<Pattern>.NameOf(line.Pattern));
        json.WriteString("date", line.Day.ToString("O", CultureInfo.InvariantCulture));
        Text("run", line.Run);
        Text("model", line.Usage.Model);
        json.WriteNumber("inputTokens", line.Usage.InputTokens);
        json.WriteNumber("cachedInputTokens", line.Usage.CachedInputTokens);
        json.WriteNumber("cacheWriteTokens", line.Usage.CacheWriteTokens);
        json.WriteNumber("outputTokens", line.Usage.OutputTokens);
        Number("costUsd", line.Usage.CostUsd);
        Number("seconds", line.Seconds);
        Number("rounds", line.Rounds);
        Text("verdict", line.Verdict is { } verdict ? Choices<Verdict>.NameOf(verdict) : null);
        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        void Number(string name, decimal? value)
        {
            if (value is not null)
            {
                json.WriteNumber(name, value.Value);
            }
        }
    }
}
