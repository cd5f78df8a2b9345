using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Durations on the command line: short (<c>30m</c>, <c>1h30m</c>) or ISO 8601 (<c>PT30M</c>).</summary>
internal static partial class Durations
{
    private const string Examples = "90s, 30m, 2h or 1d, or in ISO 8601 PT90S, PT30M, PT2H or P1D";

    /// <summary>An option that is a duration of at least a second.</summary>
    public static Option<TimeSpan> Option(string name, string description, TimeSpan otherwise, TimeSpan? most = null) => new(name)
    {
        Description = $"{description} [default: {Words(otherwise)}]",
        HelpName = "DURATION",
        CustomParser = argument => Parse(argument, TimeSpan.FromSeconds(1), most),
        DefaultValueFactory = _ => otherwise,
    };

    /// <summary>An option that is a duration of at least a second, and may be left out.</summary>
    public static Option<TimeSpan?> Optional(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = argument => Parse(argument, TimeSpan.FromSeconds(1), most: null),
    };

    /// <summary>An option that is a time to wait: no time at all will do, and a plain number counts seconds.</summary>
    public static Option<TimeSpan> Wait(string name, string description, TimeSpan otherwise, TimeSpan most) => new(name)
    {
        Description = $"{description} [default: {Words(otherwise)}]",
        HelpName = "DURATION",
        CustomParser = argument =>
            argument.Tokens is [var token]
            && double.TryParse(token.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= most.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Parse(argument, TimeSpan.Zero, most),
        DefaultValueFactory = _ => otherwise,
    };

    /// <summary>Reads a duration in either form.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        if (Iso8601Duration.TryParse(text.ToUpperInvariant(), out duration))
        {
            return true;
        }

        // The short form is the long one without its P and T.
        var parts = Short().Match(text.ToUpperInvariant());
        var (days, time) = (parts.Groups["days"].Value, parts.Groups["time"].Value);
        return parts.Success && text.Length > 0
            && Iso8601Duration.TryParse($"P{days}{(time.Length > 0 ? "T" : "")}{time}", out duration);
    }

    /// <summary>A duration in its short form.</summary>
    public static string Words(TimeSpan duration) =>
        Iso8601Duration.Format(duration).Replace("P", "", StringComparison.Ordinal).Replace("T", "", StringComparison.Ordinal)
            .ToLowerInvariant();

    private static TimeSpan Parse(ArgumentResult argument, TimeSpan least, TimeSpan? most)
    {
        if (argument.Tokens is [var token] && TryParse(token.Value, out var duration) && duration >= least && !(duration > most))
        {
            return duration;
        }

        var name = (argument.Parent as OptionResult)?.Option.Name;
        var limits = (least > TimeSpan.Zero, most) switch
        {
            (true, null) => $"; at least {Words(least)}",
            (true, { } limit) => $"; at least {Words(least)} and at most {Words(limit)}",
            (false, { } limit) => $"; at most {Words(limit)}",
            _ => "",
        };
        argument.AddError($"{name} is a duration such as {Examples}{limits}.");
        return default;
    }

    [GeneratedRegex(@"^(?<days>(\d+W)?(\d+D)?)(?<time>(\d+H)?(\d+M)?([\d.]+S)?)$")]
    private static partial Regex Short();
}
