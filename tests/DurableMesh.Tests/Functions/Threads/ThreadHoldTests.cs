using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>What people hear of threads that wait for them, or do not.</summary>
public sealed class ThreadHoldTests : IAsyncDisposable
{
    private const string Decided = @" at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ; the first decision counts\. ";
    private const string Objections = "urgent: A person decides. costly: It may cost a lot.";

    private readonly MeshFixture _mesh = new()
    {
        Gate = new GateReport(
            GateOutcome.Held,
            [
                new GateFinding("urgent", GateOutcome.Held, "A person decides."),
                new GateFinding("known", GateOutcome.Approved, "Both are known."),
                new GateFinding("costly", GateOutcome.Held, "It may cost a lot."),
            ]),
    };

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_held_thread_names_the_rules_that_hold_it_until_it_is_decided()
    {
        var started = await _mesh.StartAsync(SampleThread.RequestOf());
        var id = started.Text("threadId");
        Assert.Equal((202, Objections), (started.Status, started.Text("detail")));
        Assert.Equal(Objections, (await _mesh.GetAsync(id)).Text("detail"));

        await _mesh.DecideAsync(id, HoldDecision.Approve);

        Assert.False((await _mesh.GetAsync(id)).Body.TryGetProperty("detail", out _));
    }

    [Fact]
    public async Task The_first_decision_counts_and_the_second_hears_of_it()
    {
        var id = await _mesh.StartedAsync();

        var decided = await _mesh.DecideAsync(id, HoldDecision.Approve);
        var again = await _mesh.DecideAsync(id, HoldDecision.Deny);

        Assert.Equal((202, "accepted"), (decided.Status, decided.Text("receipt")));
        Assert.Equal((409, "not_held"), (again.Status, again.Code));
        Assert.Matches(@"^It is open\. operator:a person approved it" + Decided + "To end it, cancel it", again.Text("detail"));
        Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));
    }

    [Fact]
    public async Task Whoever_decides_a_denied_thread_hears_who_denied_it()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.DecideAsync(id, HoldDecision.Deny);

        Assert.Matches(
            @"^It ended as BLOCKED \(gate_denied\) at .*Z\. operator:a person denied it" + Decided,
            (await _mesh.DecideAsync(id, HoldDecision.Approve)).Text("detail"));
    }

    [Fact]
    public async Task Whoever_decides_a_thread_that_nobody_decided_hears_what_became_of_it()
    {
        await using var mesh = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(500));
        var cancelled = await mesh.StartedAsync();
        await mesh.CancelAsync(cancelled);
        var open = await mesh.StartedAsync();
        mesh.Asleep = true;
        var starting = await mesh.StartedAsync();

        Assert.Matches(@"^It ended as BLOCKED \(cancelled\) at [^ ]+ [^ ]+Z\. Who wants", await AnswerAsync(mesh, cancelled));
        Assert.StartsWith(
            "It is open. The gate let it in without a person.", await AnswerAsync(mesh, open), StringComparison.Ordinal);
        Assert.StartsWith("The gate has not spoken about it yet", await AnswerAsync(mesh, starting), StringComparison.Ordinal);
    }

    private static async Task<string> AnswerAsync(MeshFixture mesh, string id)
    {
        var answer = await mesh.DecideAsync(id, HoldDecision.Approve);
        Assert.Equal((409, "not_held"), (answer.Status, answer.Code));
        return answer.Text("detail");
    }
}
