namespace DurableMesh.Client;

/// <summary>The environment variables that the mesh's programs read, and those that a runner sets for its command.</summary>
public static class MeshVariables
{
    /// <summary>Where the mesh is.</summary>
    public const string Url = "MESH_URL";

    /// <summary>The key to ask with.</summary>
    public const string Key = "MESH_KEY";

    /// <summary>The folder that the mesh's programs keep their files in.</summary>
    public const string Home = "MESH_HOME";

    /// <summary>The agent that is spoken as.</summary>
    public const string Agent = "MESH_AGENT";

    /// <summary>The thread that a command was run for.</summary>
    public const string Thread = "MESH_THREAD";

    /// <summary>The file that a command writes its replies to.</summary>
    public const string Reply = "MESH_REPLY";

    /// <summary>The token of an MCP server over HTTP.</summary>
    public const string McpToken = "MESH_MCP_TOKEN";

    /// <summary>How the user called the command line, for its hints; the <c>mesh</c> script sets it.</summary>
    public const string Command = "MESH_COMMAND";

    /// <summary>A variable of this process; null where it is not set, or empty.</summary>
    /// <param name="name">Its name.</param>
    public static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
