using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents;

/// <summary>A mesh with the real rules, a folder, and runners whose commands are the shell's own.</summary>
public abstract class RunnerTests : IAsyncLifetime
{
    /// <summary>A command that judges: not yet.</summary>
    protected const string Fail = """echo '{"kind":"verdict","verdict":"fail"}' >> $MESH_REPLY""";

    /// <summary>A command that judges: well done.</summary>
    protected const string Pass =
        """echo '{"kind":"verdict","verdict":"pass","checks":[{"id":"AC-1","status":"pass","detail":"seen"}]}' >> $MESH_REPLY""";

    /// <summary>Where everything of a test stands.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("mesh-agent-").FullName;

    /// <summary>The test's end.</summary>
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected FakeMesh Mesh { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Mesh = await FakeMesh.StartAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected AgentDesk Desk(
        string command,
        Func<MeshAgentOptions, MeshAgentOptions>? change = null,
        string agent = Sample.Verifier,
        string? home = null) => new(Mesh, command, Folder, agent, home, change);

    private protected ThreadView Submitted()
    {
        var thread = Mesh.Open();
        Mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        return thread;
    }

    private protected async Task EndedAsync(ThreadView thread) =>
        await Mesh.UntilAsync(_ => Mesh.Find(thread.ThreadId)!.Phase == ThreadPhase.Ended, Stop);

    private protected static async Task ExistsAsync(string file)
    {
        while (!File.Exists(file))
        {
            await Task.Delay(1, Stop);
        }
    }
}
