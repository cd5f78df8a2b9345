namespace DurableMesh.Functions.Store;

/// <summary>A log of the store, as <see cref="StoreService"/> tends it.</summary>
internal interface IStoreLog
{
    /// <summary>Starts reading it, in the background.</summary>
    void Start();

    /// <summary>Lets go of what is only worth keeping for a while.</summary>
    void Trim();
}
