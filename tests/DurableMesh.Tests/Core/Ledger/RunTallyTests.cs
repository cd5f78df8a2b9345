using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Ledger;

/// <summary>A rate is given only where it is known.</summary>
public sealed class RunTallyTests
{
    [Fact]
    public void The_first_pass_rate_is_of_all_runs()
    {
        var tally = new RunTally();
        tally.Add(EndState.Pass, rounds: 1, spend: null);
        tally.Add(EndState.Pass, rounds: 2, spend: null);
        tally.Add(EndState.Blocked, rounds: null, spend: null);

        Assert.Equal(0.3333m, tally.Numbers([]).FirstPassRate);
    }

    [Fact]
    public void A_pass_whose_rounds_nobody_knows_leaves_no_first_pass_rate()
    {
        var tally = new RunTally();
        tally.Add(EndState.Pass, rounds: 1, spend: null);
        tally.Add(EndState.Pass, rounds: null, spend: null);

        Assert.Null(tally.Numbers([]).FirstPassRate);
        Assert.Equal(1, tally.Numbers([]).RoundsToPass);
    }

    [Fact]
    public void No_run_has_no_rate() => Assert.Null(new RunTally().Numbers([]).FirstPassRate);
}
