using DurableMesh.Cli;
using DurableMesh.Core.Identity;

namespace DurableMesh.Tests.Cli.Keys;

public sealed class KeysCommandTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_new_key_is_all_that_is_on_standard_output()
    {
        var run = await RunAsync("issue", "--agent", Sample.Builder);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.True(KeyText.TryParse(run.Out.TrimEnd(), out var key));
        Assert.Contains(
            $"key {key.Id} of agent:{Sample.Builder}: read, send; until it is revoked", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Reveal(), run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operators_key_has_the_scopes_and_the_lifetime_that_were_asked_for()
    {
        var key = (await RunAsync("issue", "--operator", "ann", "--scope", "read", "operate", "--lifetime", "P90D", "--json"))
            .Json<KeyView>();

        Assert.Equal(Subject.Operator("ann"), key.Subject);
        Assert.Equal([Scope.Read, Scope.Operate], key.Scopes);
        Assert.Equal(TimeSpan.FromDays(90), key.ExpiresAt - key.CreatedAt);
    }

    [Fact]
    public async Task A_key_is_rotated_listed_and_revoked()
    {
        var old = (await RunAsync("issue", "--agent", Sample.Builder, "--json")).Json<KeyView>();
        var fresh = (await RunAsync("rotate", old.Id, "--overlap", "PT10M", "--json")).Json<KeyView>();
        Assert.Equal(ExitCode.Done, (await RunAsync("revoke", fresh.Id)).ExitCode);
        await RunAsync("issue", "--operator", "ann");

        var keys = (await RunAsync("list", "--agent", Sample.Builder, "--json")).Json<KeysPage>().Keys;
        var table = (await RunAsync("list")).Out;

        Assert.Equal([old.Id, fresh.Id], keys.Select(key => key.Id));
        Assert.Equal((fresh.Id, TimeSpan.FromMinutes(10)), (keys[0].ReplacedBy, keys[0].ExpiresAt!.Value - fresh.CreatedAt));
        Assert.NotNull(keys[1].RevokedAt);
        Assert.Contains("no more, revoked", table, StringComparison.Ordinal);
        Assert.Contains("operator:ann", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issue")]
    [InlineData("issue", "--agent", "a", "--operator", "ann")]
    [InlineData("issue", "--agent", "a", "--lifetime", "ninety days")]
    [InlineData("rotate", "a", "--overlap", "an hour")]
    [InlineData("list", "--key", "two words")]
    public async Task What_the_command_line_lacks_is_said(params string[] args) =>
        Assert.Equal(ExitCode.Usage, (await RunAsync(args)).ExitCode);

    [Fact]
    public async Task What_the_mesh_refuses_is_said()
    {
        var run = await RunAsync("revoke", "0000000000000000");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("key_not_found", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_request_carries_the_key_and_the_help_does_not()
    {
        await RunAsync("list", "--key", "dmk_x");
        var help = await MeshRun.OfAsync("", ["--key", "dmk_x", "--help"]);

        Assert.Equal("Bearer dmk_x", Assert.Single(_mesh.Authorizations));
        Assert.DoesNotContain("dmk_x", help.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_the_mesh_knows_who_cancels()
    {
        var thread = _mesh.Open();

        await MeshRun.OfAsync(_mesh, "cancel", thread.ThreadId, "--key", "dmk_x");

        Assert.Equal(FakeMesh.KeysOwner, _mesh.CancelledBy);
    }

    [Fact]
    public async Task A_key_that_failed_too_often_is_not_tried_again_at_once()
    {
        (_mesh.Refusal, _mesh.RefusalsToCome) = ((429, "too_many_keys", "Wait."), int.MaxValue);

        var run = await RunAsync("list", "--key", "dmk_x");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Single(_mesh.Requests);
    }

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, ["keys", .. args]);
}
