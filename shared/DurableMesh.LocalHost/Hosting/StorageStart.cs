namespace DurableMesh.LocalHost;

/// <summary>The start of a storage that comes along with the host: whoever waits for it need not warn that it is away.</summary>
/// <param name="ReadyAsync">
/// Completes when the storage can be expected to answer; fails with an <see cref="InvalidOperationException"/> that says why it
/// never will.
/// </param>
public sealed record StorageStart(Func<CancellationToken, Task> ReadyAsync);
