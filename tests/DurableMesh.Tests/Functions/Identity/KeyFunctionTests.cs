using System.Text;
using DurableMesh.Functions.Identity;

namespace DurableMesh.Tests.Functions.Identity;

public sealed class KeyFunctionTests : IAsyncLifetime
{
    private GuardedMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await GuardedMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_key_is_shown_once_and_speaks_as_its_agent()
    {
        var issued = await _mesh.IssueAsync("builder");

        Assert.Equal((201, "no-store"), (issued.Status, issued.Headers.CacheControl.ToString()));
        Assert.Equal("agent:codecraft-builder", issued.Text("subject"));
        Assert.Equal("agent:codecraft-builder", (await _mesh.AskAsync(issued.Text("key"))).Text("subject"));
        Assert.All((await _mesh.ListAsync()).List("keys"), key => Assert.False(key.TryGetProperty("key", out _)));
    }

    [Fact]
    public async Task Nothing_that_is_stored_holds_the_secret()
    {
        var key = (await _mesh.IssueAsync("builder")).Text("key");

        var stored = Encoding.UTF8.GetString((await _mesh.Blobs.ReadAsync(
            "keys/00000001", 0, (await _mesh.Blobs.GetLengthAsync("keys/00000001", default))!.Value, default)).Span);

        Assert.Contains(key.Split('_')[1], stored, StringComparison.Ordinal);
        Assert.DoesNotContain(key[21..], stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_works_no_more_at_once_and_within_a_second_on_another_host()
    {
        await using var other = await GuardedMesh.StartAsync(beside: _mesh);
        var issued = await _mesh.IssueAsync("builder");
        _mesh.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await other.AskAsync(issued.Text("key"))).Status);

        Assert.Equal(204, (await _mesh.RevokeAsync(issued.Text("id"))).Status);

        Assert.Equal("key_unknown", (await _mesh.AskAsync(issued.Text("key"))).Code);
        _mesh.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("key_unknown", (await other.AskAsync(issued.Text("key"))).Code);
    }

    [Fact]
    public async Task A_rotated_key_works_until_the_overlap_is_over()
    {
        var old = await _mesh.IssueAsync("builder");

        var fresh = await _mesh.RotateAsync(old.Text("id"), body: """{"overlap":"PT10M"}""");

        Assert.Equal("agent:codecraft-builder", (await _mesh.AskAsync(fresh.Text("key"))).Text("subject"));
        Assert.Equal(200, (await _mesh.AskAsync(old.Text("key"))).Status);
        _mesh.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("key_unknown", (await _mesh.AskAsync(old.Text("key"))).Code);
        Assert.Equal(200, (await _mesh.AskAsync(fresh.Text("key"))).Status);
    }

    [Fact]
    public async Task A_key_ends_with_its_lifetime()
    {
        var issued = await _mesh.IssueAsync("builder", body: """{"lifetime":"PT1H"}""");

        _mesh.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("key_unknown", (await _mesh.AskAsync(issued.Text("key"))).Code);
    }

    [Fact]
    public async Task Keys_outlive_the_host()
    {
        var issued = await _mesh.IssueAsync("builder");

        await using var next = await GuardedMesh.StartAsync(beside: _mesh);

        Assert.Equal(200, (await next.AskAsync(issued.Text("key"))).Status);
    }

    [Fact]
    public async Task Who_issued_a_key_is_on_record()
    {
        var ann = (await _mesh.IssueOperatorAsync("ann")).Text("key");
        await _mesh.IssueAsync("verifier", ann);

        Assert.Equal(
            [("operator:ann", "operator:root"), ("agent:proveo-verifier", "operator:ann")],
            (await _mesh.ListAsync()).List("keys")
                .OrderByDescending(key => key.GetProperty("createdBy").GetString())
                .Select(key => (key.GetProperty("subject").GetString()!, key.GetProperty("createdBy").GetString()!)));
    }

    [Fact]
    public async Task An_agent_sees_its_own_keys_and_makes_none()
    {
        var builder = (await _mesh.IssueAsync("builder")).Text("key");
        await _mesh.IssueAsync("verifier");

        Assert.Single((await _mesh.ListAsync(builder)).List("keys"));
        Assert.Single((await _mesh.ListAsync("builder", builder)).List("keys"));
        Assert.Equal("forged_sender", (await _mesh.ListAsync("verifier", builder)).Code);
        Assert.Equal("missing_scope", (await _mesh.IssueAsync("builder", builder)).Code);
        Assert.Equal("missing_scope", (await _mesh.IssueOperatorAsync("ann", builder)).Code);
        Assert.Equal("missing_scope", (await _mesh.RevokeAsync("any", builder)).Code);
        Assert.Equal("missing_scope", (await _mesh.RotateAsync("any", builder)).Code);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_its_reason()
    {
        Assert.Equal((404, "agent_not_found"), Of(await _mesh.IssueAsync("nobody")));
        Assert.Equal((400, "scope_not_for_agents"), Of(await _mesh.IssueAsync("builder", body: """{"scopes":["operate"]}""")));
        Assert.Equal((400, "unknown_field"), Of(await _mesh.IssueAsync("builder", body: """{"ttl":"PT1H"}""")));
        Assert.Equal((404, "key_not_found"), Of(await _mesh.RevokeAsync("0000000000000000")));
        var old = await _mesh.IssueAsync("builder");
        await _mesh.RotateAsync(old.Text("id"));
        Assert.Equal((409, "key_rotated"), Of(await _mesh.RotateAsync(old.Text("id"))));
    }

    private static (int, string) Of(Answer answer) => (answer.Status, answer.Code);
}
