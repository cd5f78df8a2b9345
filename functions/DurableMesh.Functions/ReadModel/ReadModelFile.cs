using System.Globalization;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// The file that this process alone writes: the first of a few that no other process has. A host that goes on where another one
/// ended takes that one's file.
/// </summary>
internal sealed class ReadModelFile : IDisposable
{
    private const int Files = 16;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private ReadModelFile(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Takes the first file that is free.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="isToBeLeft">Whether a file is not to be used.</param>
    /// <exception cref="IOException">There is no folder to be had, or no file that is free.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static ReadModelFile Take(string folder, Func<string, bool> isToBeLeft)
    {
        folder = PrivateFolder.Ensure(folder, withContents: true);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & Others) != 0)
        {
            throw new IOException($"Others than this user may look into {folder}, and this user cannot change that.");
        }

        for (var n = 0; n < Files; n++)
        {
            var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"threads-{n}.db"));
            if (!isToBeLeft(path) && TryLock(path + ".lock") is { } held)
            {
                return new ReadModelFile(path, held);
            }
        }

        throw new IOException($"All {Files} files in {folder} are in use.");
    }

    /// <summary>
    /// Sees to it that there is a file, which its owner alone can read. All that SQLite puts beside it is as private.
    /// </summary>
    public void Ensure() => PrivateFolder.Open(Path, FileMode.OpenOrCreate, FileShare.ReadWrite).Dispose();

    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            return PrivateFolder.Open(path, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process has it.
            return null;
        }
    }
}
