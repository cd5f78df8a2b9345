namespace DurableMesh.Cli;

/// <summary>The clone of the repository that this program was built in, for the commands that need more of it.</summary>
/// <param name="Root">The folder that holds <c>DurableMesh.sln</c>.</param>
internal sealed record Installation(string Root)
{
    /// <summary>The demo's task, library, acceptance checks and fixes.</summary>
    public string DemoMaterial => Path.Combine(Root, "samples", "demo");

    /// <summary>The Functions app, built in the same configuration as this program.</summary>
    public string FunctionsApp
    {
        get
        {
            var output = Path.GetRelativePath(Path.Combine(Root, "functions", "DurableMesh.Cli"), AppContext.BaseDirectory);
            return Path.GetFullPath(
                Path.Combine(Root, "functions", "DurableMesh.Functions", output, "DurableMesh.Functions.dll"));
        }
    }

    /// <summary>The clone that this program was built in.</summary>
    /// <param name="command">The command that needs it, for the message.</param>
    /// <exception cref="CliException">The program was installed, or copied out of its clone.</exception>
    public static Installation Find(string command) => FindOrNull() ?? throw new CliException(
        ExitCode.Usage,
        $"'mesh {command}' needs a clone of the DurableMesh repository, and this mesh ({AppContext.BaseDirectory}) stands in " +
        $"none. In a clone, './mesh {command}' builds all that it runs. " +
        (Host.HostProgram.IsInside
            ? "From here, 'mesh up' runs a mesh, and every command that only speaks to one works."
            : "Every command that only speaks to a mesh works from here."));

    /// <summary>The clone that this program was built in; null where it stands outside of one.</summary>
    public static Installation? FindOrNull()
    {
        if (Host.HostProgram.IsInside)
        {
            // It is a program of its own, also where it happens to lie in a clone.
            return null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DurableMesh.sln")))
            {
                return new Installation(folder.FullName);
            }
        }

        return null;
    }
}
