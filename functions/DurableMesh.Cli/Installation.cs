namespace DurableMesh.Cli;

/// <summary>Where this copy of the mesh lives: the repository, or a folder of the same shape.</summary>
/// <param name="Root">The folder that holds <c>DurableMesh.sln</c>.</param>
internal sealed record Installation(string Root)
{
    /// <summary>What the mesh keeps between runs; <c>MESH_HOME</c> moves it.</summary>
    public string Home { get; } = Environment.GetEnvironmentVariable("MESH_HOME") is { Length: > 0 } home
        ? Path.GetFullPath(home)
        : Path.Combine(Root, ".mesh");

    /// <summary>What the runners of this machine's agents keep, a folder for each agent.</summary>
    public string Agents => Path.Combine(Home, "agents");

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

    /// <summary>Finds the installation this program belongs to.</summary>
    /// <exception cref="CliException">The program was taken out of its repository.</exception>
    public static Installation Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DurableMesh.sln")))
            {
                return new Installation(folder.FullName);
            }
        }

        throw new CliException(
            ExitCode.Usage,
            $"No DurableMesh.sln above {AppContext.BaseDirectory}: run the mesh script of a clone of the repository.");
    }
}
