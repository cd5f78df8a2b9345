namespace DurableMesh.Functions.Store;

/// <summary>What keeps the store from its work, for those who ask how the mesh is.</summary>
public interface IStoreHealth
{
    /// <summary>Why something cannot be written or read now, in a sentence; null where all is well.</summary>
    string? Trouble { get; }
}

/// <summary><see cref="IStoreHealth"/> of the storage and of every log in it.</summary>
internal sealed class StoreHealth(IBlobs blobs, IEnumerable<IStoreLog> logs) : IStoreHealth
{
    public string? Trouble => blobs.Trouble ?? logs.Select(log => log.Trouble).FirstOrDefault(trouble => trouble is not null);
}
