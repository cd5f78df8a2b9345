using DurableMesh.Cli;
using DurableMesh.Cli.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Ledger;

public sealed class PairsAndImportTests : IAsyncLifetime
{
    private const string Header =
        "pair,pattern,date,model,inputTokens,cachedInputTokens,outputTokens,costUsd,seconds,rounds,verdict";

    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Pairs_are_asked_for_as_the_options_say_and_told_in_words_JSON_and_CSV()
    {
        var run = await MeshRun.OfAsync(
            _mesh, "stats", "--pairs", "--pattern", "advisory", "--since", "2026-11-01", "--week", "2026-W48", "--limit", "3");

        Assert.Equal("GET /api/stats/pairs?pattern=advisory&since=2026-11-01&week=2026-W48&limit=3", _mesh.Requests.Last());
        foreach (var part in (string[])
            ["2026-W48", "50%", "1.33", "90.0s", "25%", "-20%", "2 turned away", "alone", "2026-W40 to"])
        {
            Assert.Contains(part, run.Out, StringComparison.Ordinal);
        }

        Assert.Contains("--cursor page two", run.Error, StringComparison.Ordinal);
        Assert.Equal(
            _mesh.Figures.Pairs.Rows, (await MeshRun.OfAsync(_mesh, "stats", "--pairs", "--json")).Json<PairStats>().Rows);

        var csv = (await MeshRun.OfAsync(_mesh, "stats", "--pairs", "--csv")).Out.Split("\r\n");
        Assert.StartsWith("source,initiator,responder,pattern,week,runs,pass", csv[0], StringComparison.Ordinal);
        Assert.Contains(",0.25,0.5,-0.2", csv[1], StringComparison.Ordinal);
        Assert.StartsWith("baseline,\"'=cmd\",,advisory,2026-W40,4,", csv[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stats --week 2026-W48", "--pairs")]
    [InlineData("stats --pairs --week 48", "2026-W48")]
    [InlineData("stats --csv --json", "not both")]
    public async Task What_makes_no_sense_is_not_asked(string command, string said)
    {
        var run = await MeshRun.OfAsync(_mesh, command.Split(' '));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Out + run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    [Fact]
    public async Task A_file_goes_to_the_mesh_in_parts_under_one_hash()
    {
        var lines = Enumerable.Range(0, 1200).Select(n => $"b/v,builder-verifier,2026-10-01,m,{n},0,1,,1.5,1,pass");
        using var file = new TemporaryFile(string.Join("\r\n", lines.Prepend(Header)), ".csv");

        var run = await MeshRun.OfAsync(_mesh, "costs", "import", file.Path);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Equal([500, 500, 200], _mesh.Figures.Imported.Select(request => request.Lines.Count));
        Assert.Single(_mesh.Figures.Imported.Select(request => request.File).Distinct());
        Assert.Equal((2, "b", "v", 0L), Told(_mesh.Figures.Imported[0].Lines[0]));
        Assert.Contains("1,200 lines count", run.Out, StringComparison.Ordinal);
        Assert.Contains("old-bot is not registered", run.Out, StringComparison.Ordinal);
        Assert.Contains("model gpt-0: no price on the day, and no costUsd: 3 lines", run.Out, StringComparison.Ordinal);

        static (int, string, string?, long) Told(DurableMesh.Core.Ledger.BaselineLine line) =>
            (line.Line, line.Initiator, line.Responder, line.Usage.InputTokens);
    }

    [Fact]
    public async Task JSON_lines_are_the_same_usage()
    {
        const string Text = """
            {"initiator":"b","responder":"v","pattern":"advisory","week":"2026-W40","inputTokens":1,"outputTokens":2}

            {"agent":"b","pattern":"advisory","date":"2026-10-01","inputTokens":1,"outputTokens":2,"verdict":"fail"}
            """;

        var run = await MeshRun.OfAsync(Text, ["costs", "import", "-", "--url", _mesh.Url, "--json"]);

        Assert.Equal((2, 2), (run.Json<BaselineReport>().Lines, run.Json<BaselineReport>().Taken));
        Assert.Equal([1, 3], _mesh.Figures.Imported.Single().Lines.Select(line => line.Line));
    }

    [Fact]
    public async Task Every_mistake_is_named_by_line_and_column_and_nothing_is_sent()
    {
        const string Text = $"""
            {Header}
            b/v,builder-verifier,2026-10-01,m,10,0,1,,,,pass
            b,builder-verifier,2026-10-01,m,ten,0,1,,,,pass
            "b/v","builder-verifier",01.10.2026,m,10,11,1,-1,,1.5,maybe
            b/v,builder-verifier,2026-10-01
            """;

        var run = await MeshRun.OfAsync(Text, ["costs", "import", "-", "--url", _mesh.Url]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        foreach (var place in (string[])
        [
            "line 3, column 1 (pair)", "line 3, column 5 (inputTokens)", "line 4, column 3 (date)",
            "line 4, column 6 (cachedInputTokens)", "line 4, column 8 (costUsd)", "line 4, column 10 (rounds)",
            "line 4, column 11 (verdict)", "line 5: The line has 3 cells",
        ])
        {
            Assert.Contains(place, run.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("line 2", run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    [Theory]
    [InlineData("", "no line of usage")]
    [InlineData(Header, "no line of usage")]
    [InlineData("pair,tokens", "line 1, column 2 (tokens)")]
    [InlineData("pair,pair", "line 1, column 2 (pair): This column stands twice")]
    [InlineData("pair,model\na/b,\"open", "line 2")]
    [InlineData("{\"pair\":\"a/b\"", "line 1: This is no JSON from column")]
    [InlineData("{\"pair\":\"a/b\"}", "line 1 (pattern)")]
    public async Task What_is_no_file_of_usage_is_refused(string text, string said)
    {
        var run = await MeshRun.OfAsync(text, ["costs", "import", "-", "--url", _mesh.Url]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    [Fact]
    public async Task Everything_that_lists_can_be_a_spreadsheet()
    {
        var thread = _mesh.Open();

        var stats = (await MeshRun.OfAsync(_mesh, "stats", "--csv")).Out;
        Assert.StartsWith("name,value\r\nagents,53\r\n", stats, StringComparison.Ordinal);
        Assert.Contains("costUsd,1234.567\r\n", stats, StringComparison.Ordinal);
        var costs = await MeshRun.OfAsync(_mesh, "costs", "--csv");
        Assert.Contains($"{Sample.Builder},2,1,1000,900,50,200,0.01\r\n", costs.Out, StringComparison.Ordinal);
        Assert.Contains("--cursor next one", costs.Error, StringComparison.Ordinal);
        var list = (await MeshRun.OfAsync(_mesh, "list", "--csv")).Out.Split("\r\n");
        Assert.StartsWith("threadId,state,endState", list[0], StringComparison.Ordinal);
        Assert.StartsWith($"{thread.ThreadId},open,,,builder-verifier,", list[1], StringComparison.Ordinal);
        Assert.StartsWith("id,time,type,source", (await MeshRun.OfAsync(_mesh, "events", "--csv")).Out, StringComparison.Ordinal);
    }
}
