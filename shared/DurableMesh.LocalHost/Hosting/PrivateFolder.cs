namespace DurableMesh;

/// <summary>Folders into which their owner alone may look. On Windows the profile's own rights are left as they are.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>
    /// Makes the folder, 0700, where there is none. From one that others could look into their rights are taken.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="withContents">Whether they are then taken from all that is in it, too: it was all made here.</param>
    /// <returns>Its full path.</returns>
    public static string Ensure(string path, bool withContents = false)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path).FullName;
        }

        var folder = Directory.CreateDirectory(path, OwnFolder);
        if ((folder.UnixFileMode & ~OwnFolder) != 0)
        {
            Mend(folder.FullName);
            foreach (var entry in withContents ? folder.EnumerateFileSystemInfos("*", Everything) : [])
            {
                Mend(entry.FullName);
            }
        }

        return folder.FullName;
    }

    /// <summary>Takes from a file or folder what rights others have. Somebody else's is left as it is.</summary>
    /// <param name="path">The file or folder.</param>
    public static void Mend(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & ~OwnFolder) != 0)
            {
                File.SetUnixFileMode(path, mode & OwnFolder);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // It is not this user's, or has just gone.
        }
    }

    /// <summary>Opens a file that only its owner can read, where this makes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">How.</param>
    /// <param name="share">What others may do meanwhile.</param>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.Read)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFile;
        }

        return new FileStream(path, options);
    }

    /// <summary>Writes a new file, durably.</summary>
    /// <param name="path">The file; there must be none yet.</param>
    /// <param name="text">What it holds.</param>
    public static void WriteNew(string path, string text)
    {
        using var file = Open(path, FileMode.CreateNew);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}
