namespace DurableMesh.Functions.Threads;

/// <summary>Whoever started the orchestration of a thread was not the mesh, so that there is no such thread.</summary>
public sealed class ThreadNotStartedException()
    : Exception("This thread was not started through the mesh's API: no agent asked for it, and nothing of it is on record.");
