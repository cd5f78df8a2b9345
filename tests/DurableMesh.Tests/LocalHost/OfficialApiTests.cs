using System.Reflection;
using DurableMesh.Tests.LocalHost.ApiSurface;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.LocalHost;

/// <summary>
/// LocalHost's public surface is a strict subset of the official packages': what compiles against it compiles against them.
/// </summary>
public sealed class OfficialApiTests
{
    private static readonly Assembly s_localHost = typeof(TaskOrchestrationContext).Assembly;
    private static readonly ApiListing s_official = ApiListing.Official();

    private static ApiType[] Offered =>
        [.. s_localHost.GetExportedTypes().Where(ApiComparison.IsOfficial).Select(ApiRendering.Render)];

    [Fact]
    public void Every_public_type_and_member_stands_in_the_official_listings()
    {
        string[] excess = [.. ApiComparison.Excess(Offered, s_official)];

        Assert.NotEmpty(Offered);
        Assert.True(excess.Length == 0, string.Join('\n', excess));
    }

    [Fact]
    public void Nothing_is_public_outside_the_official_namespaces() =>
        Assert.All(s_localHost.GetExportedTypes(), type => Assert.True(ApiComparison.IsOfficial(type), type.FullName));
}
