using System.CommandLine;
using System.Reflection;

namespace DurableMesh.Cli.CommandLine;

/// <summary><c>mesh version</c>: which version this is.</summary>
internal static class VersionCommand
{
    /// <summary>This program's version.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

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
