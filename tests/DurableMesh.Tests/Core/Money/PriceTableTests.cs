using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Money;

public sealed class PriceTableTests
{
    private static readonly DateTimeOffset Change = Dialogue.Start;

    private static readonly PriceTable Prices = new(
    [
        new ModelPrice
        {
            Model = "m",
            From = Change,
            InputPerMillion = 3m,
            CachedInputPerMillion = 0.3m,
            CacheWritePerMillion = 3.75m,
            OutputPerMillion = 15m,
        },
        new ModelPrice { Model = "m", From = Change.AddYears(-1), InputPerMillion = 6m, OutputPerMillion = 30m },
    ]);

    private static readonly Usage Call = new() { Model = "M", InputTokens = 1200, CachedInputTokens = 900, OutputTokens = 300 };

    [Fact]
    public void A_cost_is_computed_from_the_row_that_holds()
    {
        var settled = Prices.Settle(Call, Change);
        Assert.Equal((0.3m * 3m + 0.9m * 0.3m + 0.3m * 15m) / 1000m, settled.CostUsd);
        Assert.Equal((CostSource.PriceTable, Change), (settled.CostSource, settled.Price!.From));
        Assert.Equal(settled.CostUsd, settled.Price.CostOf(Call));
    }

    [Fact]
    public void An_earlier_call_has_the_earlier_price_and_cached_tokens_cost_as_input_where_no_price_is_given()
    {
        var settled = Prices.Settle(Call, Change.AddTicks(-1));
        Assert.Equal((1.2m * 6m + 0.3m * 30m) / 1000m, settled.CostUsd);
    }

    [Fact]
    public void Tokens_that_go_into_a_cache_have_their_own_price()
    {
        var settled = Prices.Settle(Call with { CacheWriteTokens = 200 }, Change);
        Assert.Equal((0.1m * 3m + 0.9m * 0.3m + 0.2m * 3.75m + 0.3m * 15m) / 1000m, settled.CostUsd);
        Assert.Equal((200, settled.CostUsd), (settled.Totals().CacheWriteTokens, settled.Totals().CostUsd));
        Assert.Equal(Call with { CacheWriteTokens = 200, Model = "M", CostUsd = settled.CostUsd }, settled.ToUsage());
    }

    [Theory]
    [InlineData("0.5", true)]
    [InlineData("0.00567", false)]
    [InlineData("0.0057267", false)]
    [InlineData("0.0057268", true)]
    [InlineData("0.0056133", false)]
    [InlineData("0.0056132", true)]
    [InlineData("0", true)]
    public void The_larger_cost_counts_and_is_disputed_where_the_tables_differs_by_more_than_a_hundredth(
        string stated, bool disputed)
    {
        var usd = decimal.Parse(stated, System.Globalization.CultureInfo.InvariantCulture);

        var settled = Prices.Settle(Call with { CostUsd = usd }, Change);

        Assert.Equal(Math.Max(usd, 0.00567m), settled.CostUsd);
        Assert.Equal(usd < 0.00567m ? CostSource.PriceTable : CostSource.Sender, settled.CostSource);
        Assert.Equal(usd < 0.00567m ? (null, (decimal?)usd) : (0.00567m, null), (settled.ComputedUsd, settled.StatedUsd));
        Assert.Equal(disputed ? (usd, 0.00567m) : null, settled.Disputed);
    }

    [Fact]
    public void Where_only_one_side_names_a_cost_there_is_nothing_to_dispute()
    {
        Usage[] undisputed = [Call, Call with { Model = "other", CostUsd = 1 }, Call with { Model = null, CostUsd = 1 }];
        foreach (var usage in undisputed)
        {
            var settled = Prices.Settle(usage, Change);
            Assert.Equal((null, null), (settled.ComputedUsd, settled.Disputed));
        }
    }

    [Fact]
    public void A_turn_has_the_price_of_its_model_and_moment()
    {
        var turn = new TurnEstimate(InputTokens: 2000, OutputTokens: 100);
        Assert.Equal((2m * 3m + 0.1m * 15m) / 1000m, Prices.PriceOfTurn("m", Change, turn));
        Assert.Equal((2m * 6m + 0.1m * 30m) / 1000m, Prices.PriceOfTurn("m", Change.AddTicks(-1), turn));
        Assert.Null(Prices.PriceOfTurn("m", Change.AddYears(-2), turn));
        Assert.Null(Prices.PriceOfTurn("other", Change, turn));
        Assert.Null(Prices.PriceOfTurn(null, Change, turn));
        Assert.True(Prices.PriceOfTurn("m", Change, TurnEstimate.Standard) > 0);
    }

    [Fact]
    public void What_has_no_price_costs_nothing_and_says_so()
    {
        foreach (var usage in (Usage[])[Call with { Model = "other" }, Call with { Model = null }])
        {
            var settled = Prices.Settle(usage, Change);
            Assert.Equal((0m, CostSource.Unpriced), (settled.CostUsd, settled.CostSource));
        }

        Assert.Equal(CostSource.Unpriced, Prices.Settle(Call, Change.AddYears(-2)).CostSource);
    }

    [Theory]
    [InlineData("0.0000000005", "0")]
    [InlineData("0.0000000015", "0.000000002")]
    [InlineData("0.00000000051", "0.000000001")]
    [InlineData("1000000", "999999")]
    [InlineData("-1", "0")]
    public void Amounts_are_rounded_to_nano_dollars_half_to_even_and_kept_in_range(string amount, string rounded) => Assert.Equal(
        decimal.Parse(rounded, System.Globalization.CultureInfo.InvariantCulture),
        UsdRounding.Round(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Two_rows_at_the_same_instant_are_refused()
    {
        var row = new ModelPrice { Model = "m", From = Change, InputPerMillion = 1, OutputPerMillion = 1 };
        Assert.Throws<ArgumentException>(() => new PriceTable([row, row with { Model = "M" }]));
        Assert.Throws<ArgumentException>(() => new PriceTable([row with { OutputPerMillion = -1 }]));
        Assert.Throws<ArgumentException>(() => new PriceTable([row with { CacheWritePerMillion = -1 }]));
    }
}
