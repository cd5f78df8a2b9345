namespace DurableMesh.Functions.ReadModel;

/// <summary>Where the read model of the host's store lies.</summary>
/// <param name="Folder">The folder of this store alone.</param>
internal sealed record ReadModelPlace(string Folder);
