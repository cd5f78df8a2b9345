namespace DurableMesh.LocalHost.Azurite;

/// <summary>Something that only one process at a time may do. Ends with the process, if not before.</summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock's file; its folder is created.</param>
    /// <param name="time">The clock that pauses go by.</param>
    /// <param name="onWait">Called once when somebody else has it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<FileLock> TakeAsync(string path, TimeProvider time, Action onWait, CancellationToken cancellation)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!, withContents: true);
        for (var first = true; ; first = false)
        {
            try
            {
                return new FileLock(PrivateFolder.Open(path, FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                if (first)
                {
                    onWait();
                }

                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
