using DurableMesh.Cli.Processes;

namespace DurableMesh.Cli.Demo;

/// <summary>The two agents of the demo: how <c>mesh agent run</c> is to run them.</summary>
internal interface IDemoCast
{
    /// <summary>The arguments after the agent's id.</summary>
    IEnumerable<string> ArgumentsOf(string part);

    /// <summary>Variables for the runner.</summary>
    IEnumerable<KeyValuePair<string, string>> EnvironmentOf(string part);
}

/// <summary>The prepared agents that <c>mesh demo-agent</c> is.</summary>
internal sealed class PreparedCast : IDemoCast
{
    /// <inheritdoc/>
    public IEnumerable<string> ArgumentsOf(string part) =>
    [
        "--exec", $"\"{BackgroundProcess.Dotnet}\" \"{typeof(PreparedCast).Assembly.Location}\" demo-agent {part}",
        "--only", .. part == DemoRun.Builder ? (string[])["brief", "verdict"] : ["submission", "question"],
    ];

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> EnvironmentOf(string part) => [];
}
