using DurableMesh.Client;

namespace DurableMesh.Agents.Hosting;

/// <summary>Where an agent's mesh is, and how the agent works.</summary>
/// <param name="agent">The agent's id.</param>
public sealed class MeshAgentSettings(string agent)
{
    /// <summary>The mesh; that of <c>MESH_URL</c>, or this machine's, where nothing is set.</summary>
    public Uri Mesh { get; set; } = new(MeshVariables.Read(MeshVariables.Url) ?? "http://127.0.0.1:7071");

    /// <summary>The key to ask with; that of <c>MESH_KEY</c> where nothing is set, null for none.</summary>
    public string? Key { get; set; } = MeshVariables.Read(MeshVariables.Key);

    /// <summary>
    /// The folder in which each agent keeps what lasts from run to run; <c>agents</c> in <c>MESH_HOME</c>, or else in
    /// <c>~/.mesh</c>, where nothing is set: <c>mesh agent status</c> looks there too.
    /// </summary>
    public string Home { get; set; } = Path.Combine(
        MeshVariables.Read(MeshVariables.Home)
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".mesh"),
        "agents");

    /// <summary>How the agent works.</summary>
    public MeshAgentOptions Options { get; set; } = new() { Agent = agent };

    /// <summary>Says all that is wrong, at once.</summary>
    /// <exception cref="ArgumentException">Something is wrong.</exception>
    internal void ThrowIfWrong()
    {
        string?[] wrong =
        [
            string.IsNullOrWhiteSpace(Options.Agent) ? "The agent has no id." : null,
            Mesh.Scheme is "http" or "https" ? null : $"'{Mesh}' is no http:// or https:// address.",
            Options.Parallel is >= 1 and <= 256 ? null : $"Parallel is {Options.Parallel}; it is 1 to 256.",
            Options.Lease >= TimeSpan.FromSeconds(1) && Options.Lease <= TimeSpan.FromMinutes(10)
                ? null
                : "Lease is 1 second to 10 minutes.",
            Options.Timeout > TimeSpan.Zero ? null : "Timeout is more than nothing.",
            Options.RetryFor >= TimeSpan.Zero ? null : "RetryFor is not negative.",
            Options.WorstCaseUsd is <= 0 ? "WorstCaseUsd is more than 0." : null,
            Options.CostPerRunUsd is <= 0 ? "CostPerRunUsd is more than 0." : null,
        ];
        if (wrong.OfType<string>().ToList() is { Count: > 0 } all)
        {
            throw new ArgumentException($"The agent '{Options.Agent}' is not set up right. {string.Join(' ', all)}");
        }
    }
}
