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

    [Theory]
    [InlineData("", false)]
    [InlineData("\"enabled\":true,", true)]
    public async Task A_load_enables_no_disabled_agent_unless_the_file_says_so(string switched, bool enabled)
    {
        using var file = new TemporaryFile(
            Organisation.Replace("\"aliases\"", switched + "\"aliases\"", StringComparison.Ordinal));
        await RunAsync("agents", "load", file.Path);
        Assert.True(_mesh.Registry.Find("verifier")!.Enabled);
        await RunAsync("agents", "disable", "verifier");

        await RunAsync("agents", "load", file.Path);

        Assert.Equal((enabled, 3), (_mesh.Registry.Find("verifier")!.Enabled, _mesh.Registry.Find("verifier")!.Version));
    }

    [Fact]
    public async Task The_list_shows_who_is_at_work_since_when()
    {
        using var file = new TemporaryFile(Organisation);
        await RunAsync("agents", "load", file.Path);
        var leases = new[] { _mesh.Open(), _mesh.Open() }.Select(thread => _mesh.Leases.Decide(
            thread.ThreadId,
            new LeaseRequest("proveo-verifier", "one", 1, TimeSpan.FromMinutes(1), Device: "forge-mac")).Lease).ToList();

        var page = (await MeshRun.OfAsync(_mesh, "agents", "list", "--json")).Json<AgentsPage>();
        Assert.Equal(new AgentWork(leases[0].Since, 2, "forge-mac"), page.Agents.Single().AtWork);
        var words = (await MeshRun.OfAsync(_mesh, "agents", "show", "verifier")).Out;
        Assert.Contains(
            $"at work since {leases[0].Since:MM-dd HH:mm:ss} on forge-mac, 2 threads", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_that_goes_away_while_it_is_loaded_leaves_word_of_how_far_it_came()
    {
        using var file = new TemporaryFile(Organisation);
        _mesh.LeavesAfter = 3;

        var words = await RunAsync("agents", "load", file.Path);

        Assert.Equal(ExitCode.Unreachable, words.ExitCode);
        Assert.Contains("is not reachable", words.Error, StringComparison.Ordinal);
        Assert.Contains("load the file again", words.Error, StringComparison.Ordinal);
        Assert.Contains("loaded 2 of 4 parts", words.Out, StringComparison.Ordinal);
        _mesh.LeavesAfter = _mesh.Requests.Count + 4;
        var report = (await RunAsync("agents", "load", file.Path, "--json")).Json<LoadReport>();
        Assert.Equal((2, 1, 1), (report.Loaded, report.Refused.Count, report.Left));
        Assert.Contains("is not reachable", report.Unreachable, StringComparison.Ordinal);
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
