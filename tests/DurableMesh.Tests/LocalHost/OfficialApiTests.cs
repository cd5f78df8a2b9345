using System.Reflection;
using DurableMesh.Tests.LocalHost.ApiSurface;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.LocalHost;

/// <summary>
/// LocalHost's public surface is a strict subset of the official packages': what compiles against it compiles against them.
/// </summary>
public sealed class OfficialApiTests
{
    private static readonly Assembly LocalHost = typeof(TaskOrchestrationContext).Assembly;
    private static readonly ApiListing Official = ApiListing.Official();

    private static ApiType[] Offered =>
        [.. LocalHost.GetExportedTypes().Where(ApiComparison.IsOfficial).Select(ApiRendering.Render)];

    [Fact]
    public void Every_public_type_and_member_stands_in_the_official_listings()
    {
        string[] excess = [.. ApiComparison.Excess(Offered, Official)];

        Assert.NotEmpty(Offered);
        Assert.True(excess.Length == 0, string.Join('\n', excess));
    }

    [Fact]
    public void Nothing_is_public_outside_the_official_namespaces() =>
        Assert.All(LocalHost.GetExportedTypes(), type => Assert.True(ApiComparison.IsOfficial(type), type.FullName));
}
