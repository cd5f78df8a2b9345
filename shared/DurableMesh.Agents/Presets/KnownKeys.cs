namespace DurableMesh.Agents.Presets;

/// <summary>Takes the keys that an agent's programs can see in their environment out of what they say.</summary>
/// <param name="variables">The variables that hold keys.</param>
internal sealed class KnownKeys(IReadOnlyList<string> variables)
{
    // Shorter values are no keys, and would be found in ordinary words.
    private const int Shortest = 8;

    private readonly List<(string Name, string Value)> _keys =
    [
        .. variables
            .Select(name => (name, Environment.GetEnvironmentVariable(name)?.Trim() ?? ""))
            .Where(key => key.Item2.Length >= Shortest),
    ];

    /// <summary>A text without them.</summary>
    public string Hide(string text) => _keys.Aggregate(
        text, (hidden, key) => hidden.Replace(key.Value, $"[{key.Name}]", StringComparison.Ordinal));
}
