using DurableMesh.Agents.Processes;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>
/// Carries a builder's patch through the mesh into its verifier's working copy, so that both may be on different machines.
/// </summary>
/// <param name="mesh">The mesh.</param>
public sealed class ThreadPatches(MeshClient mesh)
{
    private const string PatchSuffix = ".patch";

    // The working copy is the agent's to write: nothing that it put there may run with this.
    private static readonly string[] Careful = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

    /// <summary>Puts files into the thread of a run.</summary>
    /// <returns>The artifacts to name in a message.</returns>
    public async Task<IReadOnlyList<Artifact>> AttachAsync(
        AgentRun run, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var artifacts = new List<Artifact>();
        foreach (var file in files)
        {
            artifacts.Add(await mesh.PutArtifactAsync(
                run.Turn.Thread.ThreadId,
                run.Agent,
                Path.GetFileName(file),
                await File.ReadAllBytesAsync(file, cancellation),
                cancellation));
        }

        return artifacts;
    }

    /// <summary>
    /// Brings the run's folder to what the last submission says: the thread's base, and the submitted patch upon it. Only where the
    /// folder is a worktree that was made for the thread: nobody else's changes are taken back.
    /// </summary>
    /// <exception cref="IOException">The patch does not fit.</exception>
    public async Task ReceiveAsync(AgentRun run, CancellationToken cancellation)
    {
        var patch = run.Turn.Since.Append(run.Turn.Message)
            .Where(message => message.Kind == MessageKind.Submission)
            .MaxBy(message => message.Sequence)?.Artifacts
            .FirstOrDefault(artifact => artifact.Name.EndsWith(PatchSuffix, StringComparison.Ordinal));
        if (patch is null || !await IsWorktreeOfAsync(run, cancellation))
        {
            return;
        }

        var content = await mesh.GetArtifactAsync(run.Turn.Thread.ThreadId, patch.Sha256, cancellation);
        var file = Path.Combine(Path.GetTempPath(), $"mesh-{Guid.NewGuid():N}{PatchSuffix}");
        await File.WriteAllBytesAsync(file, content, cancellation);
        try
        {
            await DemandAsync(run, cancellation, "reset", "--quiet", "--hard");
            await DemandAsync(run, cancellation, "clean", "--quiet", "--force", "-d");
            await DemandAsync(run, cancellation, "apply", "--whitespace=nowarn", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<bool> IsWorktreeOfAsync(AgentRun run, CancellationToken cancellation)
    {
        var branch = await GitAsync(run, cancellation, "symbolic-ref", "--quiet", "--short", "HEAD");
        return branch.ExitCode == 0
            && branch.Output.Trim() == Workspaces.GitWorktrees.BranchOf(run.Turn.Thread.ThreadId);
    }

    private static async Task DemandAsync(AgentRun run, CancellationToken cancellation, params string[] arguments)
    {
        var end = await GitAsync(run, cancellation, arguments);
        if (end.ExitCode != 0)
        {
            throw new IOException(
                $"The submitted patch cannot be laid out: git {arguments[0]}: {WholeText.Shorten(end.ErrorTail, 500)}");
        }
    }

    private static Task<ProgramEnd> GitAsync(AgentRun run, CancellationToken cancellation, params string[] arguments) =>
        run.Programs.RunAsync(
            new ProgramStart { FileName = "git", Arguments = [.. Careful, .. arguments], Folder = run.Folder }, cancellation);
}
