using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>An <c>Idempotency-Key</c> is its sender's: nobody blocks another's by it, or learns of it.</summary>
public sealed class StartKeyTests : IAsyncDisposable
{
    private const string Other = "vizu-builder";
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_agent_has_its_own_keys(bool keysAreNeeded)
    {
        var theirs = await StartAsync(Other, keysAreNeeded);
        var ours = await StartAsync(SampleThread.Builder, keysAreNeeded);
        var again = await StartAsync(SampleThread.Builder, keysAreNeeded);

        Assert.Equal((201, 201, 200), (theirs.Status, ours.Status, again.Status));
        Assert.NotEqual(theirs.Text("threadId"), ours.Text("threadId"));
        Assert.Equal(ours.Text("threadId"), again.Text("threadId"));
    }

    [Fact]
    public async Task An_operator_and_an_agent_of_its_name_have_their_own()
    {
        _mesh.Caller = new Caller(Subject.Operator(SampleThread.Builder), Enum.GetValues<Scope>());
        var first = await _mesh.StartAsync(SampleThread.RequestOf(), "key");
        var ours = await StartAsync(SampleThread.Builder, keysAreNeeded: true);

        Assert.NotEqual(first.Text("threadId"), ours.Text("threadId"));
    }

    [Fact]
    public async Task An_agent_that_is_named_by_its_alias_or_sends_its_key_later_is_the_same()
    {
        var first = await _mesh.StartAsync(SampleThread.RequestOf(), "key");
        var second = await StartAsync(SampleThread.Builder, keysAreNeeded: true);
        var alias = await _mesh.StartAsync(SampleThread.RequestOf("builder"), "key");

        Assert.Equal(first.Text("threadId"), second.Text("threadId"));
        Assert.Equal((409, first.Text("threadId")), (alias.Status, alias.Text("threadId")));
    }

    [Fact]
    public async Task A_start_from_before_keys_were_somebodys_is_the_same_start_still_and_nobody_elses()
    {
        var request = SampleThread.RequestOf();
        var old = new SampleThread(IdFromBefore("key"), request: request);
        await _mesh.Log.AppendAsync(old.Open(), default);

        var again = await StartAsync(SampleThread.Builder, keysAreNeeded: true);
        var another = await _mesh.StartAsync(request with { McTask = "7" }, "key");
        var theirs = await StartAsync(Other, keysAreNeeded: true);

        Assert.Equal((200, old.Id), (again.Status, again.Text("threadId")));
        Assert.Equal((201, 201), (another.Status, theirs.Status));
        Assert.DoesNotContain(old.Id, (string[])[another.Text("threadId"), theirs.Text("threadId")]);
    }

    private static string IdFromBefore(string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }

    private Task<Answer> StartAsync(string agent, bool keysAreNeeded)
    {
        _mesh.Caller = keysAreNeeded ? new Caller(Subject.Agent(agent), [Scope.Read, Scope.Send]) : Caller.Anybody;
        return _mesh.StartAsync(SampleThread.RequestOf(agent), "key");
    }
}
