using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Money;

public sealed class PriceTableTests
{
    private static readonly DateTimeOffset Change = Dialogue.Start;

    private static readonly PriceTable Prices = new(
    [
        new ModelPrice { Model = "m", From = Change, InputPerMillion = 3m, CachedInputPerMillion = 0.3m, OutputPerMillion = 15m },
        new ModelPrice { Model = "m", From = Change.AddYears(-1), InputPerMillion = 6m, OutputPerMillion = 30m },
    ]);

    private static readonly Usage Call = new() { Model = "M", InputTokens = 1200, CachedInputTokens = 900, OutputTokens = 300 };

    [Fact]
    public void A_cost_is_computed_from_the_row_that_holds()
    {
        var settled = Prices.Settle(Call, Change);
        Assert.Equal((0.3m * 3m + 0.9m * 0.3m + 0.3m * 15m) / 1000m, settled.CostUsd);
        Assert.Equal((CostSource.PriceTable, Change), (settled.CostSource, settled.Price!.From));
        Assert.Equal(settled.CostUsd, settled.Price.CostOf(1200, 900, 300));
    }

    [Fact]
    public void An_earlier_call_has_the_earlier_price_and_cached_tokens_cost_as_input_where_no_price_is_given()
    {
        var settled = Prices.Settle(Call, Change.AddTicks(-1));
        Assert.Equal((1.2m * 6m + 0.3m * 30m) / 1000m, settled.CostUsd);
    }

    [Fact]
    public void The_senders_cost_wins()
    {
        var settled = Prices.Settle(Call with { CostUsd = 0.5m }, Change);
        Assert.Equal((0.5m, CostSource.Sender), (settled.CostUsd, settled.CostSource));
        Assert.Null(settled.Price);
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
    }
}
