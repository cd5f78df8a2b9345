using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.LocalHost;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>Who may do what to a thread, by the keys of its parties, of others and of operators.</summary>
public sealed class WhoseThreadTests : IAsyncDisposable
{
    private const string Stranger = "vizu-builder";
    private static readonly Caller Operator = new(Subject.Operator("ann"), Enum.GetValues<Scope>());
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task An_agent_starts_threads_of_its_own_only()
    {
        _mesh.Caller = Agent(SampleThread.Builder);
        Assert.Equal(201, (await _mesh.StartAsync(SampleThread.RequestOf(builder: "builder"))).Status);
        _mesh.Caller = Operator;
        Assert.Equal(201, (await _mesh.StartAsync(SampleThread.RequestOf())).Status);

        foreach (var other in (string[])[SampleThread.Verifier, Stranger])
        {
            _mesh.Caller = Agent(other);
            Assert.Equal((403, "forged_sender"), Of(await _mesh.StartAsync(SampleThread.RequestOf())));
        }

        Assert.Equal(2, _mesh.Starts);
    }

    [Theory]
    [InlineData(SampleThread.Verifier)]
    [InlineData(Stranger)]
    [InlineData(null)]
    public async Task Nobody_sends_as_somebody_else_not_even_an_operator(string? who)
    {
        var id = await _mesh.StartedAsync();
        _mesh.Caller = who is null ? Operator : Agent(who);

        var answer = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", "builder", MessageKind.Submission));

        Assert.Equal((403, "forged_sender"), Of(answer));
        Assert.Equal(0, _mesh.Raised);
    }

    [Fact]
    public async Task A_party_sends_under_its_id_or_an_alias()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Caller = Agent(SampleThread.Builder);

        var answer = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", "builder", MessageKind.Submission));

        Assert.Equal((200, "accepted"), (answer.Status, answer.Text("receipt")));
    }

    [Fact]
    public async Task A_thread_is_its_parties_and_the_operators()
    {
        var id = await _mesh.StartedAsync();
        Func<Task<Answer>>[] readings =
        [
            () => _mesh.GetAsync(id), () => _mesh.MessagesAsync(id), () => _mesh.EvidenceAsync(id), () => _mesh.ListAsync(""),
        ];

        foreach (var caller in (Caller[])[Agent(SampleThread.Builder), Agent(SampleThread.Verifier), Operator])
        {
            _mesh.Caller = caller;
            foreach (var read in readings)
            {
                Assert.Equal(200, (await read()).Status);
            }
        }

        _mesh.Caller = Agent(Stranger);
        foreach (var read in readings[..3])
        {
            Assert.Equal((403, "not_a_party"), Of(await read()));
        }

        Assert.Empty((await _mesh.ListAsync("")).List("threads"));
        Assert.Equal((403, "not_a_party"), Of(await _mesh.CancelAsync(id, by: null)));
    }

    [Fact]
    public async Task An_inbox_is_its_agents_and_the_operators()
    {
        await _mesh.StartedAsync();
        _mesh.Caller = Agent(SampleThread.Builder);
        Assert.Equal((403, "forged_sender"), Of(await _mesh.InboxAsync("verifier")));
        Assert.Equal(200, (await _mesh.InboxAsync("builder")).Status);
        _mesh.Caller = Operator;
        Assert.Single((await _mesh.InboxAsync("verifier")).List("messages"));
    }

    [Fact]
    public async Task The_urls_with_the_hosts_own_key_are_for_operators()
    {
        var server = new Mock<IServer>();
        server.Setup(one => one.Features).Returns(new FeatureCollection());
        server.Object.Features.Set<IServerAddressesFeature>(
            new ServerAddressesFeature { Addresses = { "http://127.0.0.1:7071" } });
        using var services = new ServiceCollection().AddSingleton(server.Object).BuildServiceProvider();
        ManagementUrls.Serve(_mesh.Client.Object, new HostAddress(services));
        var id = await _mesh.StartedAsync();

        _mesh.Caller = Agent(SampleThread.Builder);
        Assert.Equal("", (await _mesh.GetAsync(id)).Text("sendEventPostUri"));
        Assert.Equal("", (await _mesh.StartAsync(SampleThread.RequestOf())).Text("sendEventPostUri"));
        _mesh.Caller = Operator;
        Assert.NotEqual("", (await _mesh.GetAsync(id)).Text("sendEventPostUri"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ann")]
    public async Task The_record_says_whose_key_ended_a_thread(string? by)
    {
        var id = await _mesh.StartedAsync();
        _mesh.Caller = Operator;

        Assert.Equal(202, (await _mesh.CancelAsync(id, by)).Status);

        var end = (await _mesh.EvidenceAsync(id)).Body.GetRawText();
        Assert.Contains("\"by\":\"operator:ann\"", end.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_ends_a_thread_in_anothers_name_and_without_a_key_a_name_is_wanted()
    {
        var id = await _mesh.StartedAsync();
        Assert.Equal((400, "missing"), Of(await _mesh.CancelAsync(id, by: null)));

        _mesh.Caller = Agent(SampleThread.Builder);
        Assert.Equal((403, "forged_sender"), Of(await _mesh.CancelAsync(id, by: "ann")));

        Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));
    }

    private static Caller Agent(string id) => new(Subject.Agent(id), [Scope.Read, Scope.Send]);

    private static (int, string) Of(Answer answer) => (answer.Status, answer.Code);
}
