namespace DurableMesh.Benchmarks;

/// <summary>A policy file that is gone after the benchmark.</summary>
internal sealed class TemporaryPolicy : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("durablemesh-benchmark-").FullName;

    /// <summary>Writes it.</summary>
    /// <param name="json">The policy.</param>
    public TemporaryPolicy(string json) => File.WriteAllText(Path, json);

    /// <summary>Where it is.</summary>
    public string Path => System.IO.Path.Combine(_folder, "policy.json");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
