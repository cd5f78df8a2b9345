using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;

namespace DurableMesh.Cli;

/// <summary>What the mesh keeps on this machine between runs.</summary>
/// <param name="Path">The folder.</param>
internal sealed record MeshFolder(string Path)
{
    private const string Name = ".mesh";

    /// <summary>The same folder, of its owner alone.</summary>
    public MeshFolder Private() => this with { Path = PrivateFolder.Ensure(Path) };

    /// <summary>What the runners of this machine's agents keep, a folder for each agent.</summary>
    public string Agents => System.IO.Path.Combine(Path, "agents");

    /// <summary>
    /// The folder: that of <c>MESH_HOME</c>; else <c>.mesh</c> in the clone that this program was built in, or in the user's own
    /// folder where it was installed.
    /// </summary>
    public static MeshFolder Of(Terminal terminal) => new(
        terminal.Variable(MeshVariables.Home) is { } home
            ? System.IO.Path.GetFullPath(home)
            : System.IO.Path.Combine(
                Installation.FindOrNull()?.Root ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Name));
}
