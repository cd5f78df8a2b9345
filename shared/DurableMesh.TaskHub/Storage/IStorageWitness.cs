namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// Is told, under the store's lock, what takes effect in an <see cref="InMemoryHubStorage"/>, whatever its caller hears of it:
/// the truth that a simulation holds the engine's answers against.
/// </summary>
internal interface IStorageWitness
{
    /// <summary>A host became the owner of a partition.</summary>
    void Acquired(int partition, InMemoryHubConnection host);

    /// <summary>A host's block was appended to a segment, torn ones included.</summary>
    void Appended(int partition, long segment, long position, ReadOnlyMemory<byte> block, InMemoryHubConnection host);

    /// <summary>A checkpoint file was written.</summary>
    void WroteCheckpointFile(int partition, long file);
}
