using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary><see cref="IHubBackup"/> of the hub in this process.</summary>
internal sealed class HubBackup(LocalTaskHub hub, IOptions<TaskHubOptions> options) : IHubBackup
{
    public string Container => HubContainer.NameOf(options.Value.HubName);

    public bool IsOwner => hub.State.Role == TaskHubRole.Owner;

    public async Task<IDisposable> CaptureAsync(Func<CancellationToken, Task> look, CancellationToken cancellation) =>
        await hub.CaptureAsync(look, cancellation);
}
