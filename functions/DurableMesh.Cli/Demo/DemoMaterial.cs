namespace DurableMesh.Cli.Demo;

/// <summary>What the demo is made of.</summary>
/// <param name="Folder">The folder that holds it (samples/demo).</param>
internal sealed record DemoMaterial(string Folder)
{
    /// <summary>The request that starts the thread.</summary>
    public string Task => Path.Combine(Folder, "task.json");

    /// <summary>The library with its defects.</summary>
    public string Library => Path.Combine(Folder, "library");

    /// <summary>The verifier's acceptance checks.</summary>
    public string Acceptance => Path.Combine(Folder, "acceptance");

    /// <summary>The builder's drawer of prepared patches.</summary>
    public string Fixes => Path.Combine(Folder, "fixes");
}
