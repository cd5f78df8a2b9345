using System.Text.RegularExpressions;
using DurableMesh.Cli;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Ledger;

public sealed partial class LedgerCommandTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Stats_are_told_in_words_and_in_JSON()
    {
        var words = (await MeshRun.OfAsync(_mesh, "stats")).Out;
        foreach (var part in (string[])
        [
            "53 in 14 companies", "12,345: 3 open, 1 held", "12,000 PASS, 41 PARTIAL, 300 BLOCKED", "7 no_progress", "67,890",
            "9,876,543", "$1,234.567, $5.50 of it today", "without a known price, which count as $0: 2",
        ])
        {
            Assert.Contains(part, words, StringComparison.Ordinal);
        }

        Assert.Equal(_mesh.Figures.Stats.ByReason, (await MeshRun.OfAsync(_mesh, "stats", "--json")).Json<MeshStats>().ByReason);
    }

    [Fact]
    public async Task Costs_are_asked_for_as_the_options_say_and_told_in_words_and_in_JSON()
    {
        var run = await MeshRun.OfAsync(
            _mesh, "costs", "--by", "company", "--from", "2026-11-01", "--to", "2026-11-24", "--limit", "3", "--cursor", "x y");

        Assert.Equal("GET /api/costs?by=company&from=2026-11-01&to=2026-11-24&limit=3&cursor=x%20y", _mesh.Requests.Last());
        Assert.Contains($"{Sample.Builder} 2 1,000 900 50 200 0.0100+", Spaces().Replace(run.Out, " "), StringComparison.Ordinal);
        Assert.Contains("in all 3 3,000 900 0 700 0.0123+", Spaces().Replace(run.Out, " "), StringComparison.Ordinal);
        Assert.Contains("--cursor next one", run.Error, StringComparison.Ordinal);

        var page = (await MeshRun.OfAsync(_mesh, "costs", "--json")).Json<CostsPage>();
        Assert.Equal("GET /api/costs?by=agent", _mesh.Requests.Last());
        Assert.Equal(_mesh.Figures.Costs.Rows, page.Rows);
    }

    [Theory]
    [InlineData("--by", "model")]
    [InlineData("--from", "24.11.2026")]
    [InlineData("--limit", "many")]
    public async Task What_no_mesh_understands_is_not_asked(params string[] options)
    {
        var run = await MeshRun.OfAsync(_mesh, ["costs", .. options]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(options[0], run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
