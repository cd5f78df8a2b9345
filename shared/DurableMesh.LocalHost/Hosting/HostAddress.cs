using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>Where this host can be reached.</summary>
internal sealed class HostAddress(IServiceProvider services)
{
    private string? _url;

    /// <summary>The base URL without a slash at its end; known once the server listens.</summary>
    /// <exception cref="InvalidOperationException">The host has not started yet.</exception>
    public string Url => _url ??=
        services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
        ?? throw new InvalidOperationException("The host does not listen yet, so that it has no address.");
}
