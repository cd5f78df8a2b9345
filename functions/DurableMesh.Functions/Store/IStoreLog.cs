namespace DurableMesh.Functions.Store;

/// <summary>A log of the store, as <see cref="StoreService"/> tends it.</summary>
internal interface IStoreLog
{
    /// <summary>The folder that its blobs lie in.</summary>
    string Folder { get; }

    /// <summary>Why it does not go on, in a sentence that names it; null while it does.</summary>
    string? Trouble { get; }

    /// <summary>Starts reading it, in the background.</summary>
    void Start();

    /// <summary>Lets go of what is only worth keeping for a while.</summary>
    void Trim()
    {
    }
}
