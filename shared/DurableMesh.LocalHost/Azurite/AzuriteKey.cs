using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>
/// The account key of a repository's own Azurite: random, made once, in a file beside its data that its owner alone can read. The
/// key that comes with every Azurite is known to everybody, and whoever reaches the port could change all that the mesh keeps.
/// </summary>
internal static class AzuriteKey
{
    /// <summary>The account of the development storage; what is stored is filed under its name, whatever its key.</summary>
    public const string Account = "devstoreaccount1";

    /// <summary>The key that comes with every Azurite.</summary>
    public const string WellKnown = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const int Bytes = 64;

    // EEXIST, the same on Linux and macOS.
    private const int Exists = 17;

    /// <summary>Where the key of the Azurite is whose data are in a folder.</summary>
    public static string FileIn(string folder) => Path.Combine(folder, "account.key");

    /// <summary>The key; null where the folder has none yet.</summary>
    public static string? Find(string folder)
    {
        var file = FileIn(folder);
        if (!File.Exists(file))
        {
            return null;
        }

        PrivateFolder.Mend(file);
        return File.ReadAllText(file) is { Length: > 0 } key
            ? key
            : throw new AzuriteException($"{file} is empty: delete it, and with nothing running start again.");
    }

    /// <summary>The key, made where there is none. Of several that make one at once all have the same.</summary>
    public static string Obtain(string folder)
    {
        PrivateFolder.Ensure(folder, withContents: true);
        if (Find(folder) is { } known)
        {
            return known;
        }

        var unfinished = $"{FileIn(folder)}.{Guid.NewGuid():N}";
        PrivateFolder.WriteNew(unfinished, Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)));
        try
        {
            Publish(unfinished, FileIn(folder));
        }
        catch (IOException) when (File.Exists(FileIn(folder)))
        {
            // Another one was first.
        }
        finally
        {
            File.Delete(unfinished);
        }

        return Find(folder)!;
    }

    /// <summary>
    /// Gives a file its name unless another one has it. Of two moves at once the second would win, where .NET only looks first
    /// whether the name is free (on Unix): a link is made once.
    /// </summary>
    private static void Publish(string unfinished, string file)
    {
        if (OperatingSystem.IsWindows() || (Link(unfinished, file) != 0 && Marshal.GetLastPInvokeError() != Exists))
        {
            // A file system without links.
            File.Move(unfinished, file, overwrite: false);
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
