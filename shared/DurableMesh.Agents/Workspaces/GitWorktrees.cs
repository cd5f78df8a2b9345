using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Workspaces;

/// <summary>
/// A git worktree for each thread, on a branch <c>mesh/AGENT/THREAD</c> that begins where the repository is when the thread is
/// taken
/// up. It goes when its thread has ended, unless something was changed or committed in it.
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
                Directory.CreateDirectory(root);
                var added = await GitAsync(
                    repository, cancellation, "worktree", "add", "-B", BranchOf(thread.ThreadId), folder, "HEAD");
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
            var changed = await GitAsync(folder, cancellation, "status", "--porcelain");
            var commits = await GitAsync(folder, cancellation, "reflog", "show", "--format=%H", BranchOf(threadId));
            if (changed is { ExitCode: 0, Output: "" } && commits.Output.Trim().Split('\n').Length == 1)
            {
                await GitAsync(repository, cancellation, "worktree", "remove", folder);
                await GitAsync(repository, cancellation, "branch", "-D", BranchOf(threadId));
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

    private string FolderOf(string threadId) => Path.Combine(root, Uri.EscapeDataString(threadId));

    private string BranchOf(string threadId) => $"mesh/{Uri.EscapeDataString(agent)}/{Uri.EscapeDataString(threadId)}";
}
