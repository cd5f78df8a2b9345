namespace DurableMesh.Mcp;

/// <summary>Whom the server speaks for, and within what bounds.</summary>
/// <param name="Agent">The agent; every message is sent as it.</param>
public sealed record McpSettings(string Agent)
{
    /// <summary>The only thread that may be touched; null where the agent's key is the only bound.</summary>
    public string? OnlyThread { get; init; }

    /// <summary>
    /// The runner's reply channel, a file of JSON lines. Where there is one, the runner sends, and nothing is sent from here.
    /// </summary>
    public string? ReplyChannel { get; init; }

    /// <summary>The key that the mesh is asked with. It never leaves the process but in the mesh's own requests.</summary>
    public string? Key { get; init; }

    /// <summary>Who decides and cancels where no key says it.</summary>
    public string? User { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(McpSettings)} {{ Agent = {Agent} }}";
}
