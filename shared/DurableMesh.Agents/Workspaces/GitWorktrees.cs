using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Workspaces;

/// <summary>
/// A git worktree for each thread, on a branch <c>mesh/AGENT/THREAD</c> that begins where the repository is when the thread is
/// taken up. It goes when its thread has ended, unless something was changed in it, or committed that no other branch or tag has.
/// </summary>
/// <param name="repository">A working copy.</param>
/// <param name="root">The folder that the worktrees stand in.</param>
/// <param name="agent">The agent: two of one thread may have worktrees of one repository.</param>
public sealed class GitWorktrees(string repository, string root, string agent) : IWorkspaces, IDisposable
{
    // Git locks the repository while it adds a worktree, and fails where it is locked.
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly ProgramRunner _programs = new($"git-{Guid.NewGuid():N}");

    /// <inheritdoc/>
    public async Task<string> PrepareAsync(ThreadView thread, CancellationToken cancellation)
    {
        var folder = FolderOf(thread.ThreadId);
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            if (!Directory.Exists(folder))
            {
                // A worktree that somebody deleted is still on git's list, and its branch may have commits.
                Directory.CreateDirectory(root);
                await GitAsync(repository, cancellation, "worktree", "prune");
                var branch = BranchOf(thread.ThreadId);
                var known = await GitAsync(repository, cancellation, "rev-parse", "--verify", "--quiet", $"refs/heads/{branch}");
                var added = await GitAsync(
                    repository,
                    cancellation,
                    known.ExitCode == 0
                        ? ["worktree", "add", folder, branch]
                        : ["worktree", "add", "-b", branch, folder, "HEAD"]);
                if (added.ExitCode != 0)
                {
                    throw new WorkspaceException($"{repository} gives no worktree: {added.ErrorTail}");
                }
            }

            return folder;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(string threadId, CancellationToken cancellation)
    {
        var folder = FolderOf(threadId);
        if (!Directory.Exists(folder))
        {
            return;
        }

        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            var branch = BranchOf(threadId);
            var changed = await GitAsync(folder, cancellation, "status", "--porcelain");
            var commits = await GitAsync(
                folder, cancellation,
                "rev-list", "HEAD", branch, "--not", $"--exclude={branch}", "--branches", "--tags", "--remotes");
            if (changed is { ExitCode: 0, Output: "" } && commits is { ExitCode: 0, Output: "" })
            {
                await GitAsync(repository, cancellation, "worktree", "remove", folder);
                await GitAsync(repository, cancellation, "branch", "-D", branch);
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    private Task<ProgramEnd> GitAsync(string folder, CancellationToken cancellation, params string[] arguments) =>
        _programs.RunAsync(new ProgramStart { FileName = "git", Arguments = arguments, Folder = folder }, cancellation);

    private string FolderOf(string threadId) => Path.Combine(root, FileNames.Of(threadId));

    private string BranchOf(string threadId) => $"mesh/{RefName(agent)}/{RefName(threadId)}";

    // Git takes no name with two dots, or with ".lock" at its end.
    private static string RefName(string id) => FileNames.Of(id).Replace(".", "%2E", StringComparison.Ordinal);
}
