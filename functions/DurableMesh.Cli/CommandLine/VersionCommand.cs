using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace DurableMesh.Cli.CommandLine;

/// <summary><c>mesh version</c>: which version this is.</summary>
internal static class VersionCommand
{
    private const int CommitLength = 8;

    /// <summary>This program's version, and the beginning of the commit that it was built from where that is known.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion is var whole
        && whole.IndexOf('+', StringComparison.Ordinal) is >= 0 and var commit
            ? Listing.Begin(whole, commit + 1 + CommitLength)
            : whole;

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("version", "Say which version of mesh this is.");
        command.SetAction(parsed => Say(parsed, terminal));
        return command;
    }

    /// <summary>Lets <c>mesh --version</c> say the same.</summary>
    public static void Teach(VersionOption option, Terminal terminal) => option.Action = new Answer(terminal);

    private static int Say(ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(new VersionView(Version, $"{Environment.Version}"), CliJson.Context.VersionView);
        }
        else
        {
            terminal.Say($"mesh {Version} on .NET {Environment.Version}");
        }

        return ExitCode.Done;
    }

    private sealed class Answer(Terminal terminal) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) => Say(parseResult, terminal);
    }
}

/// <summary>What <c>mesh version --json</c> prints.</summary>
internal sealed record VersionView(string Version, string DotNet);
