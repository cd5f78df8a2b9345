using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Workspaces;

/// <summary>A copy of a folder for each thread, made when the thread is taken up, and kept.</summary>
/// <param name="source">The folder.</param>
/// <param name="root">The folder that the copies stand in; not within <paramref name="source"/>.</param>
public sealed class FolderCopies(string source, string root) : IWorkspaces
{
    /// <inheritdoc/>
    public Task<string> PrepareAsync(ThreadView thread, CancellationToken cancellation)
    {
        var folder = Path.Combine(root, FileNames.Of(thread.ThreadId));
        if (Directory.Exists(folder))
        {
            return Task.FromResult(folder);
        }

        if (AsPrefix(root).StartsWith(AsPrefix(source), StringComparison.Ordinal))
        {
            throw new WorkspaceException(
                $"The copies of {source} cannot stand in it ({root}): set MESH_HOME to a folder elsewhere.");
        }

        try
        {
            // A copy that broke off has another name, so a folder of the thread's name is complete.
            var part = folder + ".part";
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }

            Copy(new DirectoryInfo(source), part, cancellation);
            Directory.Move(part, folder);
            return Task.FromResult(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException($"{source} cannot be copied to {folder}: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string threadId, CancellationToken cancellation) => Task.CompletedTask;

    private static string AsPrefix(string folder) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;

    private static void Copy(DirectoryInfo from, string to, CancellationToken cancellation)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in from.EnumerateFileSystemInfos())
        {
            cancellation.ThrowIfCancellationRequested();
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
            }
            else if (entry is DirectoryInfo folder)
            {
                Copy(folder, target, cancellation);
            }
            else
            {
                File.Copy(entry.FullName, target);
            }
        }
    }
}
