namespace DurableMesh.Functions.Store;

/// <summary>
/// The store did not answer in time, or cannot now. After a write its outcome is unknown; doing it again is safe.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// A position that this store never gave: another store's, one of before the store was reset, or from before positions said their
/// store.
/// </summary>
public sealed class UnknownPositionException()
    : Exception("The position is none that this store gave: it is another store's, or was given before this one was reset.");

/// <summary>A conditional append met a blob of another length, or none.</summary>
internal sealed class AppendConflictException(string blob, long expected, Exception? inner = null)
    : InvalidOperationException($"Blob {blob} is not {expected} bytes long.", inner);

/// <summary>What the log holds cannot be read: a person must look at it before the mesh goes on.</summary>
internal sealed class LogCorruptException(string message, Exception? inner = null) : InvalidOperationException(message, inner);

/// <summary>A thread's orchestration holds a chain that the store does not have: nothing that it does can be recorded.</summary>
public sealed class ThreadDivergedException(string message) : Exception(message);
