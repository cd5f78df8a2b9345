using DurableMesh.Core.Changes;
using DurableMesh.Core.Events;

namespace DurableMesh.Tests.Core.Events;

public sealed class AgentReachTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_loss_and_each_return_is_told_once()
    {
        ReachChange[] changes =
        [
            new AgentFound("ann"), new AgentLost("ann", "no answer"), new AgentLost("ann", "no answer"), new AgentFound("ann"),
            new AgentFound("ann"), new AgentLost("ann", "again"),
        ];
        var (reach, told) = (AgentReach.Empty, new List<string>());
        foreach (var change in changes)
        {
            var next = reach.Apply(change, Noon, "test");
            told.AddRange(AgentReach.EventsOf(reach, next.State, change, Noon).Select(one => $"{one.Type} {one.Id}"));
            reach = next.State;
        }

        Assert.Equal(
            ["mesh.agent.unreachable agents/ann/1", "mesh.agent.back agents/ann/2", "mesh.agent.unreachable agents/ann/3"], told);
        Assert.Equal("again", reach.Find("ann")?.Why);
    }

    [Fact]
    public void A_reason_without_end_is_cut()
    {
        var reach = AgentReach.Empty.Apply(new AgentLost("ann", new string('x', 100_000)), Noon, "test").State;

        Assert.Equal(AgentReach.MaxWhy, reach.Find("ann")?.Why?.Length);
    }

    [Fact]
    public void What_changes_nothing_is_refused() =>
        Assert.Equal(RefusalKind.Conflict, AgentReach.Empty.Apply(new AgentFound("ann"), Noon, "test").Refusal?.Kind);
}
