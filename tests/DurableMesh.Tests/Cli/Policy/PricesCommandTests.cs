using DurableMesh.Core.Money;

namespace DurableMesh.Tests.Cli.Policy;

public sealed class PricesCommandTests
{
    [Fact]
    public async Task The_list_prices_are_shown_with_their_page_and_their_day()
    {
        var run = await MeshRun.OfAsync("", ["policy", "prices"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("platform.claude.com/docs/en/about-claude/pricing", run.Out);
        Assert.Contains("2026-10-24", run.Out);
        Assert.Matches(@"claude-sonnet-4-5 +3 +0\.3 +3\.75 +15", run.Out);
        Assert.Matches(@"gemini-3\.8-flash from 2027-01-01 +1\.5 +7\.5", run.Out);
    }

    [Fact]
    public async Task The_list_prices_are_also_json()
    {
        var run = await MeshRun.OfAsync("", ["policy", "prices", "--json"]);
        Assert.Equal(
            CommonPrices.Sources.Select(source => source.AsOf),
            run.Json<IReadOnlyList<PriceSource>>().Select(source => source.AsOf));
    }
}
