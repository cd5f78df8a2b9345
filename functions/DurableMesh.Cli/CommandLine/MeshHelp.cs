using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DurableMesh.Cli.CommandLine;

/// <summary>The library's help, with the usage as it really is and, for the whole program, the exit codes.</summary>
/// <param name="mesh">How the user calls this program.</param>
internal sealed class MeshHelp(string mesh) : SynchronousCommandLineAction
{
    private const string UsageTitle = "Usage:";

    private readonly HelpAction _standard = new();

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        using var written = new StringWriter();
        var output = parseResult.InvocationConfiguration.Output;
        parseResult.InvocationConfiguration.Output = written;
        _standard.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;

        var command = parseResult.CommandResult.Command;
        var sections = written.ToString().TrimEnd().Split(Environment.NewLine + Environment.NewLine)
            .Select(section => section.StartsWith(UsageTitle, StringComparison.Ordinal) ? Usage(command) : section);
        output.WriteLine(string.Join("\n\n", command is RootCommand ? sections.Append(ExitCodes()) : sections));
        return ExitCode.Done;
    }

    /// <summary>
    /// A command that has both an argument and subcommands is used in two ways, and a subcommand takes no argument of its parent.
    /// </summary>
    private string Usage(Command command)
    {
        var path = string.Join(' ', PathOf(command).Prepend(mesh));
        List<string> lines = [UsageTitle];
        if (command.Action is not null)
        {
            lines.Add($"  {path}{string.Concat(command.Arguments.Select(Label))} [options]");
        }

        if (command.Subcommands.Any(one => !one.Hidden))
        {
            lines.Add($"  {path} COMMAND [options]");
        }

        return string.Join('\n', lines);
    }

    private static IEnumerable<string> PathOf(Command command) => command is RootCommand
        ? []
        : command.Parents.OfType<Command>().SelectMany(PathOf).Append(command.Name);

    private static string Label(Argument argument)
    {
        var name = argument.HelpName ?? argument.Name;
        var several = argument.Arity.MaximumNumberOfValues > 1 && !name.Contains(' ', StringComparison.Ordinal) ? "..." : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]{several}" : $" {name}{several}";
    }

    private static string ExitCodes() =>
        "Exit codes:" + string.Concat(ExitCode.Meanings.Select(code => $"\n  {code.Code,-5}{code.Meaning}"));
}
