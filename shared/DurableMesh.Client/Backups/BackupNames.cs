namespace DurableMesh.Client.Backups;

/// <summary>The names of a backup's entries.</summary>
internal static class BackupNames
{
    /// <summary>What stands before the names of the task hub's blobs.</summary>
    public const string Hub = "hub/";

    /// <summary>What stands before the names of the store's blobs.</summary>
    public const string Store = "store/";

    private const int MaximumLength = 1024;

    /// <summary>
    /// Whether an entry may have a name: that of a blob, and of no file outside of the folder that somebody may unpack it in.
    /// </summary>
    public static bool IsBlob(string name) =>
        name.Length <= MaximumLength
        && (name.StartsWith(Hub, StringComparison.Ordinal) || name.StartsWith(Store, StringComparison.Ordinal))
        && !name.Contains('\\', StringComparison.Ordinal)
        && !name.Any(char.IsControl)
        && name.Split('/').All(part => part is not ("" or "." or ".."));
}
