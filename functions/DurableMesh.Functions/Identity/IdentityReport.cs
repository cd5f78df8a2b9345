using DurableMesh.Core.Identity;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Identity;

/// <summary>Says at the start who gets in, where that is everybody or nobody.</summary>
internal sealed partial class IdentityReport(
    IKeyDirectory keys, IOptions<MeshOptions> options, TimeProvider time, ILogger<IdentityReport> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Identity.Mode == IdentityMode.Open)
        {
            LogOpen();
        }
        else if (options.Value.Identity.RootKey is null && await NobodyOperatesAsync(stoppingToken))
        {
            LogNobody();
        }
    }

    private async Task<bool> NobodyOperatesAsync(CancellationToken stoppingToken)
    {
        try
        {
            var (ring, now) = (await keys.ReadAsync(stoppingToken), time.GetUtcNow());
            return !ring.Keys.Any(key =>
                !key.Subject.IsAgent && key.Scopes.Contains(Scope.Operate) && key.FaultAt(now) is null);
        }
        catch (StoreUnavailableException)
        {
            // The store says so itself.
            return false;
        }
    }
}
