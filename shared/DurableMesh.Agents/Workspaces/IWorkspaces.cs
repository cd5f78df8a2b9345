using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Workspaces;

/// <summary>Gives each thread the folder that its work is done in.</summary>
public interface IWorkspaces
{
    /// <summary>A thread's folder: made at the first call, the same at every later one.</summary>
    /// <exception cref="WorkspaceException">It cannot be made.</exception>
    Task<string> PrepareAsync(ThreadView thread, CancellationToken cancellation);

    /// <summary>The thread has ended. What was changed in its folder stays.</summary>
    Task ReleaseAsync(string threadId, CancellationToken cancellation);
}

/// <summary>A thread's folder cannot be made; the message says why and what to do.</summary>
public sealed class WorkspaceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One folder for all threads.</summary>
/// <param name="folder">The folder.</param>
public sealed class SharedFolder(string folder) : IWorkspaces
{
    /// <inheritdoc/>
    public Task<string> PrepareAsync(ThreadView thread, CancellationToken cancellation) => Task.FromResult(folder);

    /// <inheritdoc/>
    public Task ReleaseAsync(string threadId, CancellationToken cancellation) => Task.CompletedTask;
}
