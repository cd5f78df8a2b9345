namespace DurableMesh.LocalHost.Engine;

/// <summary>
/// The hub could not commit a request in time, or does not own its partition now. The request may still take effect later, so a
/// caller that tries again does so with the same ids.
/// </summary>
internal sealed class TaskHubUnavailableException(string message, Exception? inner = null) : IOException(message, inner);
