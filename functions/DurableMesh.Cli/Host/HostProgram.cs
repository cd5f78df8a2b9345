using System.Reflection;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Processes;
using DurableMesh.Client;

namespace DurableMesh.Cli.Host;

/// <summary>The mesh's host as a program that this one can start: of a clone, or inside this very program.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">The words before those for the host.</param>
/// <param name="Root">Its working folder: where its settings, Azurite and what that stores stand.</param>
/// <param name="AppFolder">Where it reads policy and organisation from, unless settings name others.</param>
internal sealed record HostProgram(string FileName, IReadOnlyList<string> Arguments, string Root, string AppFolder)
{
    /// <summary>The first word that makes a program with the host inside be the host.</summary>
    public const string InsideWord = "host-inside";

    /// <summary>The folder, beside this program, with the packages that make an Azurite.</summary>
    private const string AzuriteFolder = "azurite";

    private static readonly string[] AzuritePackages = ["package.json", "package-lock.json"];

    /// <summary>Whether the host is inside this program, as it is installed.</summary>
    public static bool IsInside { get; } = AppContext.TryGetSwitch("DurableMesh.HostInside", out var inside) && inside;

    /// <summary>The host of a clone, as it was built there.</summary>
    public static HostProgram Of(Installation clone) => new(
        BackgroundProcess.Dotnet, [clone.FunctionsApp], clone.Root, Path.GetDirectoryName(clone.FunctionsApp)!);

    /// <summary>The host that a command starts; one inside this program finds all that it needs in its folder.</summary>
    /// <param name="command">The command, for the message.</param>
    /// <param name="terminal">Says where the mesh keeps its files.</param>
    /// <exception cref="CliException">There is none.</exception>
    public static HostProgram Find(string command, Terminal terminal)
    {
        if (!IsInside)
        {
            return Of(Installation.Find(command));
        }

        var host = Inside(MeshFolder.Of(terminal));
        host.LayOut(Path.Combine(AppContext.BaseDirectory, AzuriteFolder));
        return host;
    }

    /// <summary>The host that could be started; null where there is none.</summary>
    public static HostProgram? FindOrNull(Terminal terminal) =>
        IsInside ? Inside(MeshFolder.Of(terminal))
        : Installation.FindOrNull() is { } clone ? Of(clone)
        : null;

    /// <summary>Puts the packages that make an Azurite into its folder, where they are not there, or are others.</summary>
    /// <param name="source">Where they come from.</param>
    public void LayOut(string source)
    {
        PrivateFolder.Ensure(Root);
        foreach (var name in AzuritePackages)
        {
            var (from, to) = (File.ReadAllBytes(Path.Combine(source, name)), Path.Combine(Root, name));
            if (!File.Exists(to) || !from.AsSpan().SequenceEqual(File.ReadAllBytes(to)))
            {
                // Another 'mesh up' may read it at this moment.
                var written = $"{to}.{Environment.ProcessId}";
                File.WriteAllBytes(written, from);
                File.Move(written, to, overwrite: true);
            }
        }
    }

    private static HostProgram Inside(MeshFolder home)
    {
        var self = Environment.ProcessPath!;
        string[] words = self == BackgroundProcess.Dotnet
            ? [Path.Combine(AppContext.BaseDirectory, $"{Assembly.GetEntryAssembly()!.GetName().Name}.dll"), InsideWord]
            : [InsideWord];
        return new(self, words, Path.Combine(home.Path, "host"), AppContext.BaseDirectory);
    }
}
