using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;

namespace DurableMesh.Tests.Core.Events;

public sealed class EventFilterTests
{
    private static readonly MeshEvent Delivered = new()
    {
        Id = "t/1",
        Source = "/threads/t",
        Type = EventTypes.MessageDelivered,
        Subject = "t",
        Time = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero),
        ThreadId = "t",
        Data = "",
        Agents = ["ann", "ben"],
    };

    [Theory]
    [InlineData("mesh.message.delivered", true)]
    [InlineData("mesh.message.*", true)]
    [InlineData("mesh.*", true)]
    [InlineData("*", true)]
    [InlineData("mesh.message", false)]
    [InlineData("mesh.thread.*", false)]
    [InlineData("MESH.*", false)]
    public void A_type_may_end_with_a_star(string type, bool matches) =>
        Assert.Equal(matches, new EventFilter { Types = [type] }.Matches(Delivered));

    [Fact]
    public void Of_several_values_one_must_fit_and_each_kind_of_value_counts()
    {
        var filter = new EventFilter { Threads = ["s", "t"], Agents = ["cat", "ben"] };

        Assert.True(filter.Matches(Delivered));
        Assert.False(filter.Matches(Delivered with { ThreadId = "r" }));
        Assert.False(filter.Matches(Delivered with { ThreadId = null }));
        Assert.False((filter with { Agents = ["cat"] }).Matches(Delivered));
    }

    [Fact]
    public void A_company_is_that_of_an_agent_or_of_the_event()
    {
        var filter = new EventFilter { Companies = ["acme"], CompanyAgents = new HashSet<string> { "ben" } };

        Assert.True(filter.Matches(Delivered));
        Assert.False(filter.Matches(Delivered with { Agents = ["ann"] }));
        Assert.True(filter.Matches(Delivered with { Agents = ["ann"], Company = "ACME" }));
    }

    [Fact]
    public void An_agent_hears_of_nothing_that_is_not_its_own_whatever_it_asks_for()
    {
        var (party, stranger) = (CallerOf(Subject.Agent("ann"), Scope.Read), CallerOf(Subject.Agent("cat"), Scope.Read));

        Assert.True(new EventFilter { Listener = party }.Matches(Delivered));
        Assert.All(
            (EventFilter[])[new(), new() { Agents = ["ann"] }, new() { Threads = ["t"] }, new() { Types = ["*"] }],
            filter => Assert.False((filter with { Listener = stranger }).Matches(Delivered)));
        Assert.False((new EventFilter { Listener = stranger }).MayMatch("t", "ann", "ben"));
    }

    [Fact]
    public void An_operator_hears_of_all_if_he_may_read()
    {
        Assert.True(new EventFilter { Listener = CallerOf(Subject.Operator("cat"), Scope.Read) }.Matches(Delivered));
        Assert.False(new EventFilter { Listener = CallerOf(Subject.Operator("ann"), Scope.Send) }.Matches(Delivered));
    }

    [Fact]
    public void Nothing_is_told_that_happened_too_early()
    {
        Assert.True(new EventFilter { NotBefore = Delivered.Time }.Matches(Delivered));
        Assert.False(new EventFilter { NotBefore = Delivered.Time.AddTicks(1) }.Matches(Delivered));
    }

    private static Caller CallerOf(Subject subject, params IReadOnlyList<Scope> scopes) => new(subject, scopes);
}
