namespace DurableMesh.LocalHost.Azurite;

/// <summary>Azurite cannot be had here. The message says why and what to do.</summary>
internal sealed class AzuriteException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
