using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>
/// An agent learns nothing of a thread that it is no party of: not how it ended, not who is in it, not that there is one.
/// </summary>
public sealed class StrangerTests : IAsyncDisposable
{
    private const string Other = "vizu-builder";
    private static readonly string Nowhere = Guid.NewGuid().ToString("D");
    private readonly MeshFixture _mesh = new();

    public static TheoryData<string> Requests =>
        ["send", "reserve", "lease", "messages", "get", "cancel", "evidence", "artifact", "put"];

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_thread_of_others_looks_like_none(string what)
    {
        var open = await _mesh.StartedAsync();
        var ended = await _mesh.StartedAsync();
        await _mesh.CancelAsync(ended);
        _mesh.Caller = new Caller(Subject.Agent(Other), [Scope.Read, Scope.Send]);

        var answers = new List<string>();
        foreach (var id in (string[])[Nowhere, open, ended])
        {
            var answer = await AskAsync(what, id);
            answers.Add($"{answer.Status} {Encoding.UTF8.GetString(answer.Utf8).Replace(id, "ID", StringComparison.Ordinal)}");
        }

        Assert.StartsWith("403 ", answers[0], StringComparison.Ordinal);
        Assert.Contains("not_a_party", answers[0], StringComparison.Ordinal);
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Each_is_looked_for_as_long()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Caller = new Caller(Subject.Agent(Other), [Scope.Read, Scope.Send]);
        var asked = new List<int>();
        foreach (var one in (string[])[Nowhere, id])
        {
            _mesh.Client.Invocations.Clear();
            await _mesh.GetAsync(one);
            asked.Add(_mesh.Client.Invocations.Count);
        }

        Assert.Equal([1, 1], asked);
    }

    [Fact]
    public async Task A_party_and_an_operator_see_it_still()
    {
        var id = await _mesh.StartedAsync();
        foreach (var subject in (Subject[])[Subject.Agent(SampleThread.Verifier), Subject.Operator(Other)])
        {
            _mesh.Caller = new Caller(subject, Enum.GetValues<Scope>());
            Assert.Equal(200, (await _mesh.GetAsync(id)).Status);
        }

        Assert.Equal((404, "thread_not_found"), ((await _mesh.GetAsync(Nowhere)).Status, (await _mesh.GetAsync(Nowhere)).Code));
    }

    [Fact]
    public async Task Without_keys_a_stranger_hears_that_it_is_none_whatever_became_of_the_thread()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.CancelAsync(id);
        var raised = _mesh.Raised;

        var sent = await AskAsync("send", id);
        var reserved = await AskAsync("reserve", id);

        Assert.Equal((409, "not_a_party", "n-1"), (sent.Status, sent.Text("reason"), sent.Text("messageId")));
        Assert.Equal((409, "not_a_party"), (reserved.Status, reserved.Text("reason")));
        Assert.DoesNotContain("BLOCKED", sent.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(raised, _mesh.Raised);
    }

    private Task<Answer> AskAsync(string what, string id) => what switch
    {
        "send" => _mesh.SendAsync(id, SampleThread.MessageOf("n-1", Other, MessageKind.Note)),
        "reserve" => _mesh.ReserveAsync(id, Other, new Usage { CostUsd = 999_999m }),
        "lease" => _mesh.LeaseAsync(id, new LeaseRequest(Other, "holder", 1, TimeSpan.FromMinutes(1), false, null)),
        "messages" => _mesh.MessagesAsync(id, "?after=1"),
        "get" => _mesh.GetAsync(id),
        "cancel" => _mesh.CancelAsync(id, by: null),
        "evidence" => _mesh.EvidenceAsync(id),
        "artifact" => _mesh.GetArtifactAsync(id, new string('a', 64)),
        _ => _mesh.PutArtifactAsync(id, $"?from={Other}&name=a.txt", [1]),
    };
}
