using DurableMesh.Cli;
using DurableMesh.Cli.Organisations;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Agents;

public sealed class AgentsCommandTests : IAsyncLifetime
{
    private const string Organisation =
        """
        {"companies":[{"id":"proveo","name":"Proveo","dailyBudgetUsd":2.5}],
         "agents":[
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"],"aliases":["verifier"],"trustZone":"internal"},
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"]}],
         "authority":[
          {"id":"row","pattern":"advisory","initiator":{},"responder":{"role":"verifier"},"status":"pilot",
           "since":"2026-11-01T00:00:00Z","why":"because"}]}
        """;

    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_load_says_what_the_mesh_refused_and_loads_the_rest()
    {
        using var file = new TemporaryFile(Organisation);

        var run = await MeshRun.OfAsync(_mesh, "agents", "load", file.Path, "--json");
        var report = run.Json<LoadReport>();

        Assert.Equal((ExitCode.Refused, 3), (run.ExitCode, report.Loaded));
        var refused = Assert.Single(report.Refused);
        Assert.Equal(("agent codecraft-builder", "unknown_company"), (refused.Part, refused.Problem.Code));
        Assert.NotNull(_mesh.Registry.Find("verifier"));

        var words = await MeshRun.OfAsync(_mesh, "agents", "load", file.Path);
        Assert.Contains("agent codecraft-builder is not loaded: ", words.Error, StringComparison.Ordinal);
        Assert.Contains("loaded 3 of 4 parts", words.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_in_force_already_is_no_new_version()
    {
        using var file = new TemporaryFile(Organisation);

        await MeshRun.OfAsync(_mesh, "agents", "load", file.Path);
        await MeshRun.OfAsync(_mesh, "agents", "load", file.Path);

        Assert.Single(_mesh.Requests, "PUT /api/authority");
    }

    [Fact]
    public async Task A_file_with_mistakes_is_not_sent_at_all()
    {
        var run = await MeshRun.OfAsync(
            """{"agents":[{"id":"A","company":"c"}],"teams":[]}""", ["agents", "load", "-", "--url", _mesh.Url]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("agents[0].id", run.Error, StringComparison.Ordinal);
        Assert.Contains("agents[0].roles", run.Error, StringComparison.Ordinal);
        Assert.Contains("teams", run.Error, StringComparison.Ordinal);
        Assert.Empty(_mesh.Requests);
    }

    [Fact]
    public async Task Agents_are_shown_switched_and_removed()
    {
        await MeshRun.OfAsync(Organisation, ["agents", "load", "-", "--url", _mesh.Url]);

        var disabled = await RunAsync("agents", "disable", "verifier", "--json");
        Assert.Equal((false, 2), (disabled.Json<AgentView>().Enabled, disabled.Json<AgentView>().Version));
        Assert.Contains("disabled", (await RunAsync("agents", "list")).Out, StringComparison.Ordinal);
        Assert.True((await RunAsync("agents", "enable", "verifier", "--json")).Json<AgentView>().Enabled);
        Assert.Contains("away", (await RunAsync("agents", "show", "proveo-verifier")).Out, StringComparison.Ordinal);
        Assert.Matches("proveo +Proveo +1 +2.5 USD", (await RunAsync("agents", "companies")).Out);
        Assert.Empty((await RunAsync("agents", "list", "--company", "vizu", "--json")).Json<AgentsPage>().Agents);

        Assert.Equal(ExitCode.Done, (await RunAsync("agents", "remove", "proveo-verifier")).ExitCode);
        Assert.Empty(_mesh.Registry.Agents);
        Assert.Contains("agent_not_found", (await RunAsync("agents", "show", "verifier")).Error, StringComparison.Ordinal);
    }

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, args);
}
