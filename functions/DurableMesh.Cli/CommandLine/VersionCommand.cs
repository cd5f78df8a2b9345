using System.CommandLine;
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
        command.SetAction(parsed =>
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
        });
        return command;
    }
}

/// <summary>What <c>mesh version --json</c> prints.</summary>
internal sealed record VersionView(string Version, string DotNet);
