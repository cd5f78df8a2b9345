using DurableMesh.Cli;
using DurableMesh.Core.Authority;

namespace DurableMesh.Tests.Cli.Authority;

public sealed class AuthorityCommandTests : IAsyncLifetime
{
    private const string Rows =
        """
        {"rows":[{"id":"bv","pattern":"builder-verifier","initiator":{"role":"builder"},"responder":{"role":"verifier"},
                  "status":"active","since":"2026-11-01T00:00:00Z","why":"ADR-027"}]}
        """;

    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_table_is_set_from_a_file_and_shown()
    {
        using var file = new TemporaryFile(Rows);

        var set = await RunAsync("authority", "set", file.Path, "--by", "anna", "--json");
        var shown = await RunAsync("authority", "show");

        Assert.Equal(
            (ExitCode.Done, 1, "anna"), (set.ExitCode, set.Json<AuthorityTable>().Version, set.Json<AuthorityTable>().ChangedBy));
        Assert.Matches(@"bv +builder-verifier +role builder +role verifier +active +2026-11-01 00:00 +ADR-027", shown.Out);
        Assert.Contains("Version 1 of 2026-11-24 08:00:00Z by anna", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_was_shown_is_set_only_over_the_version_it_shows()
    {
        await SetAsync(Rows);
        var shown = (await RunAsync("authority", "show", "--json")).Out;

        var again = await SetAsync(shown);
        var late = await SetAsync(shown);
        var forced = await SetAsync(shown, "--if-version", "2", "--json");

        Assert.Equal(ExitCode.Done, again.ExitCode);
        Assert.Equal(ExitCode.Refused, late.ExitCode);
        Assert.Contains("version_mismatch", late.Error, StringComparison.Ordinal);
        Assert.Equal(3, forced.Json<AuthorityTable>().Version);
    }

    [Fact]
    public async Task An_old_version_is_shown()
    {
        await SetAsync(Rows);
        await SetAsync("""{"rows":[]}""");

        Assert.Single((await RunAsync("authority", "show", "--version", "1", "--json")).Json<AuthorityTable>().Rows);
        Assert.Empty((await RunAsync("authority", "show", "--json")).Json<AuthorityTable>().Rows);
    }

    [Fact]
    public async Task An_explanation_says_for_each_pattern_who_decides_and_what_to_use_instead()
    {
        await SetAsync(Rows);

        var run = await RunAsync("authority", "explain", Sample.Builder, Sample.Verifier);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains("✓ builder-verifier", run.Out, StringComparison.Ordinal);
        Assert.Contains("Row 'bv' of version 1 of the authority table decides", run.Out, StringComparison.Ordinal);
        Assert.Contains("✗ distillation", run.Out, StringComparison.Ordinal);
        Assert.Contains("Use instead a DAG", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_table_is_said_before_anything_is_sent()
    {
        var run = await SetAsync("[]");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("no JSON object", run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    private Task<MeshRun> SetAsync(string table, params string[] options) =>
        MeshRun.OfAsync(table, ["authority", "set", "-", .. options, "--url", _mesh.Url]);

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, args);
}
