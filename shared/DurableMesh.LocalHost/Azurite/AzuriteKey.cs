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
            File.Move(unfinished, FileIn(folder), overwrite: false);
        }
        catch (IOException) when (File.Exists(FileIn(folder)))
        {
            File.Delete(unfinished);
        }

        return Find(folder)!;
    }
}
