using CsCheck;
using DurableMesh.Core.Leases;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Leases;

public sealed class LeaseRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void The_first_who_asks_gets_the_message()
    {
        var (lease, refusal) = LeaseRules.Decide(null, Ask("one", 2) with { Device = "forge" }, Noon);

        Assert.Null(refusal);
        Assert.Equal(new LeaseView("builder", "one", 2, Noon, Noon + Minute, 0, "forge"), lease);
        Assert.True(LeaseRules.IsAlive(lease, Noon));
        Assert.False(LeaseRules.IsAlive(lease, Noon + Minute));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Another_gets_no_message_while_it_is_held(int sequence)
    {
        var held = Held("one", 2);

        Assert.Equal(
            new LeaseDecision(held, LeaseRefusal.Leased), LeaseRules.Decide(held, Ask("two", sequence), Noon + Minute / 2));
        Assert.Equal(
            new LeaseDecision(held, LeaseRefusal.Leased),
            LeaseRules.Decide(held, Ask("two", sequence) with { Done = true }, Noon + Minute / 2));
    }

    [Fact]
    public void The_holder_renews_and_is_at_work_since_it_began()
    {
        var (lease, refusal) = LeaseRules.Decide(Held("one", 2), Ask("one", 2), Noon + Minute / 2);

        Assert.Null(refusal);
        Assert.Equal((Noon, Noon + Minute * 1.5), (lease.Since, lease.ExpiresAt));
    }

    [Fact]
    public void A_holder_that_moves_on_has_done_with_the_message_that_it_leaves()
    {
        var moved = LeaseRules.Decide(Held("one", 2), Ask("one", 5), Noon + Minute / 2).Lease;

        Assert.Equal((5, 2, Noon + Minute / 2), (moved.Sequence, moved.DoneThrough, moved.Since));
        Assert.Equal(LeaseRefusal.AlreadyDone, LeaseRules.Decide(moved, Ask("one", 2), Noon + Minute / 2).Refusal);
        Assert.Equal(LeaseRefusal.AlreadyDone, LeaseRules.Decide(moved, Ask("one", 4), Noon + Minute / 2).Refusal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1)]
    public void What_a_holder_that_died_had_is_taken_over(int sequence)
    {
        var (lease, refusal) = LeaseRules.Decide(Held("one", 2), Ask("two", sequence), Noon + Minute);

        Assert.Null(refusal);
        Assert.Equal(("two", sequence, 0, Noon + Minute), (lease.Holder, lease.Sequence, lease.DoneThrough, lease.Since));
    }

    [Fact]
    public void A_message_that_is_done_with_nobody_gets_again()
    {
        var done = Done("one", 2);

        Assert.Equal(2, done.DoneThrough);
        Assert.False(LeaseRules.IsAlive(done, Noon));
        foreach (var holder in (string[])["one", "two"])
        {
            Assert.Equal(LeaseRefusal.AlreadyDone, LeaseRules.Decide(done, Ask(holder, 2), Noon).Refusal);
            Assert.Equal(LeaseRefusal.AlreadyDone, LeaseRules.Decide(done, Ask(holder, 1), Noon + Minute).Refusal);
            Assert.Null(LeaseRules.Decide(done, Ask(holder, 3), Noon).Refusal);
        }
    }

    [Fact]
    public void Done_said_again_changes_nothing()
    {
        var done = Done("one", 2);
        var next = LeaseRules.Decide(done, Ask("two", 4), Noon).Lease;

        Assert.Equal(new LeaseDecision(done, null), LeaseRules.Decide(done, Ask("one", 2) with { Done = true }, Noon));
        Assert.Equal(new LeaseDecision(next, null), LeaseRules.Decide(next, Ask("one", 2) with { Done = true }, Noon));
    }

    [Fact]
    public void A_message_that_nobody_holds_may_be_said_to_be_done_with()
    {
        var (lease, refusal) = LeaseRules.Decide(Held("one", 2), Ask("two", 3) with { Done = true }, Noon + Minute);

        Assert.Null(refusal);
        Assert.Equal(3, lease.DoneThrough);
        Assert.False(LeaseRules.IsAlive(lease, Noon + Minute));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3600, 600)]
    public void No_lease_is_shorter_or_longer_than_allowed(int asked, int granted) => Assert.Equal(
        Noon + TimeSpan.FromSeconds(granted),
        LeaseRules.Decide(null, Ask("one", 2) with { For = TimeSpan.FromSeconds(asked) }, Noon).Lease.ExpiresAt);

    [Fact]
    public void Whatever_is_asked_for_nobody_works_on_what_another_has_or_has_done_with() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 6], Gen.Int[1, 90], Gen.Int[0, 40], Gen.Bool).Array[1, 60].Sample(asks =>
        {
            LeaseView? lease = null;
            var now = Noon;
            var (believes, done) = (new DateTimeOffset[3], 0);
            foreach (var (holder, sequence, seconds, later, over) in asks)
            {
                now += TimeSpan.FromSeconds(later);
                var before = lease;
                var request = Ask($"holder-{holder}", sequence) with { For = TimeSpan.FromSeconds(seconds), Done = over };
                var decision = LeaseRules.Decide(lease, request, now);
                lease = decision.Lease;

                Assert.True(lease.DoneThrough >= (before?.DoneThrough ?? 0));
                if (decision.Refusal is not null)
                {
                    Assert.Equal(before, lease);
                    continue;
                }

                // What each runner believes to hold, by the answers that it got.
                if (over)
                {
                    done = Math.Max(done, sequence);
                    believes[holder] = now;
                }
                else
                {
                    Assert.True(sequence > done);
                    believes[holder] = now + TimeSpan.FromSeconds(seconds);
                }

                Assert.True(lease.DoneThrough >= done);
                Assert.True(believes.Count(until => until > now) <= 1);
            }
        });

    private static LeaseRequest Ask(string holder, int sequence) => new("builder", holder, sequence, Minute);

    private static LeaseView Held(string holder, int sequence) => LeaseRules.Decide(null, Ask(holder, sequence), Noon).Lease;

    private static LeaseView Done(string holder, int sequence) =>
        LeaseRules.Decide(Held(holder, sequence), Ask(holder, sequence) with { Done = true }, Noon).Lease;
}
