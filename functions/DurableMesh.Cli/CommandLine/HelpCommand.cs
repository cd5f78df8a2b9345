using System.CommandLine;

namespace DurableMesh.Cli.CommandLine;

/// <summary><c>mesh help</c>: what <c>--help</c> says, for those who ask first.</summary>
internal static class HelpCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(RootCommand root, Terminal terminal)
    {
        var path = new Argument<string[]>("COMMAND")
        {
            Description = "The command, for instance: tasks create.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("help", "Say how mesh, or one of its commands, is used.") { path };
        command.SetAction((parsed, cancellation) =>
        {
            Command found = root;
            foreach (var name in parsed.GetValue(path) ?? [])
            {
                found = found.Subcommands.FirstOrDefault(one => one.Name == name)
                    ?? throw new CliException(ExitCode.Usage, UsageErrors.NoCommand(name, found));
            }

            return root.Parse([.. parsed.GetValue(path) ?? [], "--help"], MeshCommandLine.AsGiven)
                .InvokeAsync(MeshCommandLine.ConfigurationFor(terminal), cancellation);
        });
        return command;
    }
}
