namespace DurableMesh.LocalHost;

/// <summary>Lets an app back up the task hub that its own host runs.</summary>
public interface IHubBackup
{
    /// <summary>The container that the hub lies in.</summary>
    string Container { get; }

    /// <summary>Whether this host owns the hub now.</summary>
    bool IsOwner { get; }

    /// <summary>
    /// Has somebody look at the hub's container as it is at one instant. Nothing that a request, an activity or a timer leads to
    /// is recorded meanwhile, so a look is for lists and not for contents.
    /// </summary>
    /// <param name="look">Looks.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Until it is disposed of, nothing that was seen is deleted.</returns>
    /// <exception cref="IOException">The look took too long, or the host does not own the hub (any more).</exception>
    Task<IDisposable> CaptureAsync(Func<CancellationToken, Task> look, CancellationToken cancellation);
}
