using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Gate;
using DurableMesh.Tests.Core.Authority;
using Moq;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class AuthorityPageTests : IAsyncLifetime
{
    private static readonly AuthorityRow Loops =
        AuthoritySample.Row("loops", new() { Role = "builder" }, new() { Role = "verifier" });

    private static readonly SeedRegistry Seed = new(
        [
            new CompanyView { Id = "codecraft", Name = "CodeCraft" }, new CompanyView { Id = "proveo", Name = "Proveo" },
        ],
        [AuthoritySample.Builder with { TrustZone = "restricted" }, AuthoritySample.Verifier with { TrustZone = "partner" }]);

    private PageFixture _fixture = null!;
    private AuthorityTables _tables = AuthorityTables.Empty;
    private string? _failure;
    private MeshPolicy _policy = MeshPolicy.Standard;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _fixture = await PageFixture.StartAsync(PageFixture.DirectoryOf(Seed));

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task An_empty_table_says_that_nobody_may()
    {
        var page = (await AuthorityAsync()).MustBeFine().MustHaveNoForm();

        Assert.Contains("nobody has set a table yet", page.Text, StringComparison.Ordinal);
        Assert.Contains("no pair may use the mesh", page.Text, StringComparison.Ordinal);
        Assert.Contains("There is no version yet.", page.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await AuthorityAsync("?version=1")).Status);
    }

    [Fact]
    public async Task The_table_in_force_has_its_rows_and_what_it_changed()
    {
        Set(Loops, AuthoritySample.Row("gone"));
        Set(Loops with { Status = AuthorityStatus.Retired }, AuthoritySample.Row("fresh", pattern: Pattern.Advisory));

        var page = (await AuthorityAsync()).MustBeFine();

        Assert.Contains("Version 2, set", page.Text, StringComparison.Ordinal);
        Assert.Contains("loops changed builder verifier role builder role verifier retired", page.Text, StringComparison.Ordinal);
        Assert.Contains("fresh new advisory anybody anybody active", page.Text, StringComparison.Ordinal);
        Assert.Contains("status: active → retired", page.Text, StringComparison.Ordinal);
        Assert.Contains("removed gone", page.Text, StringComparison.Ordinal);
        Assert.Contains("1 added, 1 changed, 1 removed", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_earlier_version_says_that_it_is_not_in_force()
    {
        Set(Loops);
        Set(Loops with { Why = "Another reason" });

        var page = (await AuthorityAsync("?version=1")).MustBeFine();

        Assert.Contains("not in force This is an earlier version.", page.Text, StringComparison.Ordinal);
        Assert.Contains("The ADR says so", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Another reason", page.Text, StringComparison.Ordinal);
        Assert.Equal(["/authority", "/authority", "/authority?version=1"], page.Links("/authority").Skip(1));
    }

    [Fact]
    public async Task A_pair_is_explained_for_each_pattern_with_what_to_use_instead()
    {
        Set(Loops, AuthoritySample.Row("advice", status: AuthorityStatus.Pilot, pattern: Pattern.Advisory));

        var page = (await AuthorityAsync("?initiator=codecraft-builder&responder=proveo-verifier")).MustBeFine();

        Assert.Contains("may builder verifier Row 'loops' of version 1", page.Text, StringComparison.Ordinal);
        Assert.Contains("may, on trial advisory", page.Text, StringComparison.Ordinal);
        Assert.Contains("may not cross device The pattern cross-device does not fit", page.Text, StringComparison.Ordinal);
        Assert.Contains("The surface is called one-shot-task", page.Text, StringComparison.Ordinal);
        Assert.Contains("may not distillation", page.Text, StringComparison.Ordinal);
        var one = (await AuthorityAsync("?initiator=codecraft-builder&responder=proveo-verifier&pattern=advisory")).MustBeFine();
        Assert.DoesNotContain("cross device The pattern", one.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_said_beside_the_form()
    {
        var hostile = Uri.EscapeDataString(PageFixture.Hostile);

        var page = (await AuthorityAsync($"?initiator={hostile}&responder=proveo-verifier")).MustBeFine();

        Assert.Contains("There is no agent", page.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await AuthorityAsync("?pattern=any")).Status);
        Assert.Equal(400, (await AuthorityAsync("?version=-1")).Status);
    }

    [Fact]
    public async Task A_thousand_hostile_rows_and_many_versions_are_shown_in_parts()
    {
        var long1 = AuthoritySample.Row("long") with { Why = PageFixture.Hostile + new string('x', 1024 * 1024) };
        var many = Enumerable.Range(0, 999)
            .Select(n => AuthoritySample.Row($"row-{n:000}") with { Why = PageFixture.Hostile }).ToList();
        Set([.. many, long1]);
        for (var n = 0; n < 30; n++)
        {
            Set(long1);
        }

        Set([long1, .. many]);

        var page = (await AuthorityAsync()).MustBeFine();
        var second = (await AuthorityAsync("?page=2&history=2")).MustBeFine();
        (await AuthorityAsync("?initiator=codecraft-builder&responder=proveo-verifier")).MustBeFine();

        Assert.Contains("1–40 of 1,000 rows", page.Text, StringComparison.Ordinal);
        Assert.Contains("1–20 of 32 versions", page.Text, StringComparison.Ordinal);
        Assert.Contains("999 added", page.Text, StringComparison.Ordinal);
        Assert.Contains("41–80 of 1,000 rows", second.Text, StringComparison.Ordinal);
        Assert.Contains("21–32 of 32 versions", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trust_page_says_in_words_what_each_zone_may_say_to_each()
    {
        var page = (await TrustAsync()).MustBeFine().MustHaveNoForm();

        Assert.Contains(
            "restricted says allow all of it redact without personal data and secrets deny nothing deny nothing",
            page.Text,
            StringComparison.Ordinal);
        Assert.Contains("but no dialogue: nothing may come back", page.Text, StringComparison.Ordinal);
        Assert.Contains("restricted 1 agent: codecraft-builder", page.Text, StringComparison.Ordinal);
        Assert.Contains("public no agent", page.Text, StringComparison.Ordinal);
        Assert.Contains(MeshPolicy.Standard.Hash, page.Text, StringComparison.Ordinal);
        Assert.Contains("payment card numbers", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_read_is_shouted_about()
    {
        _failure = PageFixture.Hostile;
        _policy = PolicyReader.Read(Encoding.UTF8.GetBytes(
            "{" + new string(' ', 1024 * 1024) + "\"limits\":{}}")).Value!;

        var page = (await TrustAsync()).MustBeFine();

        Assert.Contains(
            "The policy file cannot be read; the version before stays in force.", page.Text, StringComparison.Ordinal);
        Assert.Contains("an earlier version of the file", page.Text, StringComparison.Ordinal);
    }

    private void Set(params AuthorityRow[] rows)
    {
        var change = new AuthorityChange(rows, ExpectedVersion: null);
        var (tables, refusal) = _tables.Apply(change, AuthoritySample.Now, "operator:anna");
        Assert.Null(refusal);
        _tables = tables;
    }

    private Task<PageFixture.Page> AuthorityAsync(string query = "") => _fixture.GetAsync(
        "Authority", "/authority" + query, request => Functions().AuthorityAsync(request, Cancellation));

    private Task<PageFixture.Page> TrustAsync() =>
        _fixture.GetAsync("Trust", "/trust", request => Functions().TrustAsync(request, Cancellation));

    private AuthorityPageFunctions Functions()
    {
        var (authority, policies) = (new Mock<IAuthorityDirectory>(), new Mock<IPolicySource>());
        authority.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(_tables);
        policies.Setup(one => one.Current).Returns(_policy);
        policies.Setup(one => one.Failure).Returns(_failure);
        var agents = PageFixture.DirectoryOf(Seed);
        return new AuthorityPageFunctions(
            _fixture.Pages,
            new AuthorityFunctions(authority.Object, agents, _fixture.Guard.Time),
            authority.Object,
            agents,
            policies.Object,
            _fixture.Guard.Time);
    }
}
