namespace DurableMesh.LocalHost;

/// <summary>The app cannot start as it is. The message says, to a person, what is wrong, where, and what to do.</summary>
internal sealed class FunctionAppException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
