namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>A temporary folder, gone at the end: for all that is of no use to another start.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-experiment-");

    /// <summary>The folder.</summary>
    public string Folder => _folder.FullName;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
