namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>An instance as its records in checkpoint files hold it.</summary>
/// <param name="State">Its state.</param>
/// <param name="History">Its history, whole.</param>
internal sealed record StoredInstance(ReadOnlyMemory<byte> State, ReadOnlyMemory<byte> History);
