namespace DurableMesh.TaskHub;

/// <summary>
/// The hub could not commit a request in time, or does not own its partition now. The request may still take effect later, so a
/// caller that tries again does so with the same ids.
/// </summary>
/// <param name="message">Which task hub, and what it waited for.</param>
/// <param name="inner">What the storage said.</param>
public sealed class TaskHubUnavailableException(string message, Exception? inner = null) : IOException(message, inner);
