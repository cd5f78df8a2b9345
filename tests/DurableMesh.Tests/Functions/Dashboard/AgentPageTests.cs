using DurableMesh.Core.Agents;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Agents;
using DurableMesh.Functions;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Ledger;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Tests.Functions.Identity;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class AgentPageTests : IAsyncDisposable
{
    private PageFixture? _fixture;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _fixture?.DisposeAsync() ?? default;

    [Fact]
    public async Task The_list_shows_each_agent_with_its_company_and_how_it_is()
    {
        var functions = await StartAsync();
        await _fixture!.Mesh.StartedAsync();

        var page = (await ListAsync(functions, "/agents")).MustBeFine().MustHaveNoForm();

        Assert.Contains("codecraft-builder builder away seen", page.Text, StringComparison.Ordinal);
        Assert.Contains("vizu-builder builder away never seen", page.Text, StringComparison.Ordinal);
        Assert.Contains("1–3 of 3 agents", page.Text, StringComparison.Ordinal);
        Assert.Equal(["/agents/codecraft-builder", "/agents/proveo-verifier", "/agents/vizu-builder"], page.Links("/agents/"));
    }

    [Fact]
    public async Task The_list_is_narrowed_by_words_company_and_how_agents_are()
    {
        var functions = await StartAsync();

        Assert.Equal(["/agents/vizu-builder"], (await ListAsync(functions, "/agents?q=VIZU")).Links("/agents/"));
        Assert.Equal(["/agents/proveo-verifier"], (await ListAsync(functions, "/agents?company=proveo")).Links("/agents/"));
        Assert.Equal(["/agents/proveo-verifier"], (await ListAsync(functions, "/agents?q=verifier&now=away")).Links("/agents/"));
        Assert.Contains(
            "No agent is like that.", (await ListAsync(functions, "/agents?now=at_work")).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await ListAsync(functions, "/agents?now=sleepy")).Status);
        Assert.Equal(400, (await ListAsync(functions, "/agents?page=0")).Status);
    }

    [Fact]
    public async Task A_mesh_without_agents_says_how_to_add_one()
    {
        var functions = await StartAsync(new SeedRegistry([], []));

        Assert.Contains(
            "The mesh knows no agent yet.", (await ListAsync(functions, "/agents")).MustBeFine().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_hostile_agents_are_a_short_page_that_says_how_many_more()
    {
        string[] companies = [.. Enumerable.Range(0, 100).Select(n => $"company-{n:000}")];
        var functions = await StartAsync(new SeedRegistry(
            [
                .. companies.Select(id => new CompanyView
                {
                    Id = id,
                    Name = PageFixture.Hostile + id,
                    Domain = PageFixture.Hostile,
                }),
            ],
            [.. Enumerable.Range(0, 10_000).Select(n => HostileAgent($"agent-{n:00000}", companies[n / 100]))]));

        var first = (await ListAsync(functions, "/agents")).MustBeFine();
        var last = (await ListAsync(functions, "/agents?page=200")).MustBeFine();
        var beyond = (await ListAsync(functions, "/agents?page=201")).MustBeFine();

        Assert.Equal(AgentListModel.PageLength, first.Links("/agents/").Count);
        Assert.Contains("1–50 of 10,000 agents", first.Text, StringComparison.Ordinal);
        Assert.Contains("9,950 more", first.Text, StringComparison.Ordinal);
        Assert.Equal("/agents/agent-09999", last.Links("/agents/")[^1]);
        Assert.Contains("The list is not so long.", beyond.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agents_page_shows_its_work_limits_threads_and_keys()
    {
        var functions = await StartAsync();
        var id = await _fixture!.Mesh.StartedAsync();
        var key = await _fixture.Guard.IssueAsync(SampleThread.Builder);
        await _fixture.Mesh.LeaseAsync(
            id, new LeaseRequest(SampleThread.Builder, "runner-1", 1, TimeSpan.FromMinutes(1), Device: "ANVIL"));

        var page = (await ShowAsync(functions, SampleThread.Builder)).MustBeFine();

        Assert.Contains("Also called builder", page.Text, StringComparison.Ordinal);
        Assert.Contains("Open threads 1, no limit", page.Text, StringComparison.Ordinal);
        Assert.Contains(key.Text("id"), page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Text("key"), page.Html, StringComparison.Ordinal);
        Assert.Equal([$"/threads/{id}"], page.Links("/threads/"));
        Assert.Contains("None of its threads has ended yet.", page.Text, StringComparison.Ordinal);
        Assert.Contains("Revoke it for good", page.Text, StringComparison.Ordinal);
        var byAlias = (await ShowAsync(functions, "builder")).MustBeFine();
        Assert.Contains("Also called builder", byAlias.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await ShowAsync(functions, "nobody")).Status);
    }

    [Fact]
    public async Task An_agents_page_shows_what_its_pairs_came_to()
    {
        var functions = await StartAsync();
        var id = await _fixture!.Mesh.StartedAsync();
        await _fixture.Mesh.SendAsync(id, SampleThread.MessageOf("s-1", SampleThread.Builder, MessageKind.Submission));
        await _fixture.Mesh.SendAsync(id, SampleThread.PassOf("v-1"));

        var page = (await ShowAsync(functions, SampleThread.Verifier)).MustBeFine();

        Assert.Contains("1 PASS", page.Text, StringComparison.Ordinal);
        Assert.Contains("codecraft-builder builder verifier, started by it", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hostile_agents_page_is_text_and_nothing_else()
    {
        var functions = await StartAsync(new SeedRegistry(
            [new CompanyView { Id = "acme", Name = PageFixture.Hostile }],
            [
                HostileAgent("mallory", "acme") with
                {
                    Device = new string('x', 1024 * 1024),
                    Model = new string('<', 1024 * 1024),
                },
            ]));

        (await ShowAsync(functions, "mallory")).MustBeFine();
        (await ListAsync(functions, "/agents")).MustBeFine();
    }

    [Fact]
    public async Task A_key_is_revoked_by_a_form_of_this_dashboard_only()
    {
        var functions = await StartAsync();
        var key = (await _fixture!.Guard.IssueAsync(SampleThread.Builder)).Text("id");
        var page = await ShowAsync(functions, SampleThread.Builder);

        var forged = await RevokeAsync(functions, page, key, withToken: false);
        var revoked = await RevokeAsync(functions, page, key);
        var unknown = await RevokeAsync(functions, page, "nothing");

        Assert.Equal(403, forged.Status);
        Assert.Equal((303, "/next"), (revoked.Status, revoked.Headers.Location.ToString()));
        Assert.Equal(404, unknown.Status);
        var after = await ShowAsync(functions, SampleThread.Builder);
        Assert.Contains("revoked", after.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Revoke it for good", after.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_only_read_sees_no_form_and_sends_none()
    {
        var functions = await StartAsync();
        var key = (await _fixture!.Guard.IssueAsync(SampleThread.Builder)).Text("id");
        var reader = await _fixture.ReaderKeyAsync();

        var page = (await ShowAsync(functions, SampleThread.Builder, reader)).MustBeFine().MustHaveNoForm();
        var revoked = await RevokeAsync(functions, page, key, reader);

        Assert.Equal(403, revoked.Status);
        Assert.Contains("works", (await ShowAsync(functions, SampleThread.Builder)).Text, StringComparison.Ordinal);
    }

    private static AgentView HostileAgent(string id, string company) => new()
    {
        Id = id,
        Company = company,
        Roles = [PageFixture.Hostile],
        Device = PageFixture.Hostile,
        Model = PageFixture.Hostile,
        Aliases = [PageFixture.Hostile + id],
        Enabled = true,
        Adapter = new AgentAdapter { Kind = AdapterKind.Chat, Provider = PageFixture.Hostile },
    };

    private async Task<AgentPageFunctions> StartAsync(SeedRegistry? seed = null)
    {
        var known = seed is null ? null : PageFixture.DirectoryOf(seed);
        _fixture = await PageFixture.StartAsync(known);
        var mesh = _fixture.Mesh;
        var agents = known ?? mesh.Agents;
        var baselines = new Mock<IBaselineDirectory>();
        baselines.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(Baseline.Empty);
        var guard = new AddressGuard(Options.Create(new MeshOptions()));
        return new AgentPageFunctions(
            _fixture.Pages,
            _fixture.Forms,
            new AgentFunctions(agents, mesh.Presence, mesh.Leases, mesh.Reaches, guard, mesh.Hub),
            new KeyFunctions(_fixture.Guard.Keys, agents),
            agents,
            _fixture.Guard.Keys,
            mesh.Policies(),
            baselines.Object,
            mesh.Threads,
            mesh.Log.Ledger,
            _fixture.Guard.Time);
    }

    private Task<PageFixture.Page> ListAsync(AgentPageFunctions functions, string url) =>
        _fixture!.GetAsync("Agents", url, request => functions.ListAsync(request, Cancellation));

    private Task<PageFixture.Page> ShowAsync(AgentPageFunctions functions, string id, string key = GuardedMesh.Root) =>
        _fixture!.GetAsync("Agent", $"/agents/{id}", request => functions.ShowAsync(request, id, Cancellation), key);

    private Task<Answer> RevokeAsync(
        AgentPageFunctions functions,
        PageFixture.Page from,
        string keyId,
        string key = GuardedMesh.Root,
        bool withToken = true) =>
        _fixture!.PostAsync(
            from,
            "RevokeKey",
            $"/keys/{keyId}/revoke",
            request => functions.RevokeAsync(request, keyId, Cancellation),
            key: key,
            withToken: withToken);
}
