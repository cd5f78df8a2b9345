using DurableMesh.Agents.Processes;

namespace DurableMesh.Agents.Presets;

/// <summary>What a run changed in a git working copy, as git sees it and not as the agent tells it.</summary>
internal sealed class ChangedFiles(IProgramRunner programs, string folder)
{
    // The working copy is the agent's to write: nothing that it put there may run with this.
    private static readonly string[] Careful = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

    /// <summary>The commit that the working copy stands at; null where the folder is not the top of one.</summary>
    public async Task<string?> BaseAsync(CancellationToken cancellation)
    {
        // Within a larger working copy, changes are not the agent's alone.
        var prefix = await GitAsync(null, cancellation, "rev-parse", "--show-prefix");
        if (prefix.ExitCode != 0 || prefix.Output.Trim().Length > 0)
        {
            return null;
        }

        var head = await GitAsync(null, cancellation, "rev-parse", "--verify", "--quiet", "HEAD");
        return head.ExitCode == 0 ? head.Output.Trim() : null;
    }

    /// <summary>Writes all that differs from a commit, new files included and ignored ones left out, as a patch.</summary>
    /// <param name="baseCommit">The commit.</param>
    /// <param name="file">The patch; outside the working copy.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Whether anything differs; else there is no file.</returns>
    /// <exception cref="IOException">Git cannot do it.</exception>
    public async Task<bool> WritePatchAsync(string baseCommit, string file, CancellationToken cancellation)
    {
        // An index of its own: what the agent staged stays staged.
        var index = $"{file}.index";
        File.Delete(index);
        await DemandAsync(index, cancellation, "read-tree", baseCommit);
        await DemandAsync(index, cancellation, "add", "--all");
        await DemandAsync(
            index,
            cancellation,
            "diff", "--cached", "--binary", "--no-ext-diff", "--no-textconv", $"--output={file}", baseCommit);
        File.Delete(index);
        if (new FileInfo(file).Length > 0)
        {
            return true;
        }

        File.Delete(file);
        return false;
    }

    /// <summary>Makes the working copy what a patch makes of a commit; what is ignored stays.</summary>
    /// <param name="baseCommit">The commit.</param>
    /// <param name="file">The patch; outside the working copy.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="IOException">It does not fit.</exception>
    public async Task ApplyAsync(string baseCommit, string file, CancellationToken cancellation)
    {
        await DemandAsync(null, cancellation, "reset", "--quiet", "--hard", baseCommit);
        await DemandAsync(null, cancellation, "clean", "--quiet", "-d", "--force");
        await DemandAsync(null, cancellation, "apply", "--index", "--whitespace=nowarn", file);
    }

    private async Task DemandAsync(string? index, CancellationToken cancellation, params string[] arguments)
    {
        var end = await GitAsync(index, cancellation, arguments);
        if (end.ExitCode != 0)
        {
            throw new IOException($"git {arguments[0]} failed in {folder}: {CodingFailure.Shorten(end.ErrorTail)}");
        }
    }

    private Task<ProgramEnd> GitAsync(string? index, CancellationToken cancellation, params string[] arguments) =>
        programs.RunAsync(
            new ProgramStart
            {
                FileName = "git",
                Arguments = [.. Careful, .. arguments],
                Folder = folder,
                Environment = index is null
                    ? new Dictionary<string, string?>()
                    : new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = index },
            },
            cancellation);
}
