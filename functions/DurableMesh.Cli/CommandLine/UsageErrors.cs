using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Says in the mesh's own words what is wrong with a command line, and what was probably meant.</summary>
internal static partial class UsageErrors
{
    /// <summary>All that is wrong.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var unknown = parsed.UnmatchedTokens.Select(token => Unknown(token, parsed.CommandResult)).ToList();
        var others = parsed.Errors.Where(error => !IsAboutUnknown(error, unknown.Count > 0)).Select(Words);
        return [.. unknown.Concat(others).Distinct()];
    }

    /// <summary>The names of a command and of those that it is a part of, without the program's.</summary>
    public static IEnumerable<string> Path(this SymbolResult? result) =>
        result is CommandResult { Command: not RootCommand } command
            ? command.Parent.Path().Append(command.Command.Name)
            : [];

    /// <summary>That there is no such command, and which there is.</summary>
    public static string NoCommand(string name, Command of)
    {
        var known = of.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToList();
        var group = of is RootCommand ? "" : $" of '{of.Name}'";
        return $"There is no command '{name}'{group}{Meant(name, known)
            ?? $"; the commands{group} are {string.Join(", ", known)}."}";
    }

    private static string Unknown(string token, CommandResult result)
    {
        if (token.StartsWith('-') && token.Length > 1)
        {
            var name = token.Split('=', ':')[0];
            return $"There is no option '{name}'{Meant(name, OptionsOf(result)) ?? "."}";
        }

        return result.Command.Subcommands.Count > 0 && result.Command.Arguments.Count == 0
            ? NoCommand(token, result.Command)
            : $"'{token}' is one word too many; put a text of several words in quotation marks.";
    }

    private static string? Meant(string name, IEnumerable<string> known) =>
        NearestName.Of(name, known) is { } nearest ? $"; do you mean '{nearest}'?" : null;

    private static IEnumerable<string> OptionsOf(CommandResult result)
    {
        IEnumerable<Option> all = result.Command.Options;
        for (var parent = result.Parent as CommandResult; parent is not null; parent = parent.Parent as CommandResult)
        {
            all = all.Concat(parent.Command.Options.Where(option => option.Recursive));
        }

        return all.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Prepend(option.Name));
    }

    // The parser says of a word that it knows not, and that a command is missing where the word should be one.
    private static bool IsAboutUnknown(ParseError error, bool anyUnknown) =>
        anyUnknown && (error.Message.StartsWith("Unrecognized command or argument", StringComparison.Ordinal)
            || error.Message.StartsWith("Required command was not provided", StringComparison.Ordinal));

    private static string Words(ParseError error)
    {
        if (!CannotParse().IsMatch(error.Message) || error.SymbolResult is not { } result)
        {
            return error.Message;
        }

        var (name, type) = result switch
        {
            OptionResult option => (option.Option.Name, option.Option.ValueType),
            ArgumentResult { Parent: OptionResult option } => (option.Option.Name, option.Option.ValueType),
            ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType),
            _ => ("This", typeof(string)),
        };
        var given = CannotParse().Match(error.Message).Groups["given"].Value;
        return $"{name} is {Kind(type)}, not '{given}'.";
    }

    private static string Kind(Type type)
    {
        type = type.GetElementType() ?? type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? $"one of {string.Join(", ", Enum.GetValues(type).Cast<Enum>().Select(ThreadWords.OfAny))}"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(bool) ? "true or false"
            : "a number";
    }

    [GeneratedRegex(
        "^Cannot parse argument '(?<given>.*?)' (for (option|command) '[^']*' )?as expected type", RegexOptions.Singleline)]
    private static partial Regex CannotParse();
}
