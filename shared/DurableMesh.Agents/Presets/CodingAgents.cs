namespace DurableMesh.Agents.Presets;

/// <summary>The coding agents that there are presets for.</summary>
public static class CodingAgents
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ICodingAgent> All { get; } =
        [new ClaudeCode(), new Codex(), new OpenCode(), new Pi(), new GeminiCli()];

    /// <summary>The one of a name; null where there is none.</summary>
    public static ICodingAgent? Find(string name) => All.FirstOrDefault(agent => agent.Name == name);
}
