namespace DurableMesh.TaskHub;

/// <summary>
/// The partition has as much to do as it may take in, or one instance has more than its share. Nothing of the request happened:
/// come back later.
/// </summary>
/// <param name="message">Which bound was met.</param>
public sealed class TaskHubOverloadedException(string message) : IOException(message);
