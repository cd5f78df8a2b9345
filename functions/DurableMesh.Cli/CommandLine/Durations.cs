using System.CommandLine;
using System.CommandLine.Parsing;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Options that are a duration, in ISO 8601 (<c>PT30M</c>).</summary>
internal static class Durations
{
    /// <summary>An option that is a duration of at least a second.</summary>
    public static Option<TimeSpan> Option(string name, string description, TimeSpan otherwise, TimeSpan? most = null) => new(name)
    {
        Description = $"{description} [default: {Iso8601Duration.Format(otherwise)}]",
        HelpName = "PT30M",
        CustomParser = argument => Parse(argument, most ?? TimeSpan.MaxValue),
        DefaultValueFactory = _ => otherwise,
    };

    private static TimeSpan Parse(ArgumentResult argument, TimeSpan most)
    {
        if (argument.Tokens is [var token] && Iso8601Duration.TryParse(token.Value, out var duration)
            && duration >= TimeSpan.FromSeconds(1) && duration <= most)
        {
            return duration;
        }

        var name = (argument.Parent as OptionResult)?.Option.Name;
        var limit = most == TimeSpan.MaxValue ? "" : $" and at most {Iso8601Duration.Format(most)}";
        argument.AddError($"{name} is a duration such as PT90S, PT30M or PT2H, at least PT1S{limit}.");
        return default;
    }
}
