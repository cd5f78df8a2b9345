using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class UsageSumTests
{
    [Fact]
    public void Tokens_add_up_and_nothing_is_nothing()
    {
        var usage = new Usage
        {
            Model = "m",
            InputTokens = 5,
            CachedInputTokens = 3,
            CacheWriteTokens = 2,
            OutputTokens = 1,
            CostUsd = 0.1m,
        };

        Assert.Null(UsageSum.Of(null, null));
        Assert.Same(usage, UsageSum.Of(usage, null));
        Assert.Same(usage, UsageSum.Of(null, usage));
        Assert.Equal(
            usage with { InputTokens = 10, CachedInputTokens = 6, CacheWriteTokens = 4, OutputTokens = 2, CostUsd = 0.2m },
            UsageSum.Of(usage, usage));
    }

    [Theory]
    [InlineData("m", 1, "m", 2, "m", 3)]
    [InlineData("m", 1, "m", null, "m", null)] // The mesh works it out from the price of m.
    [InlineData("m", 1, "n", 2, null, 3)]
    [InlineData("m", 1, "n", null, null, 1)]
    [InlineData(null, 1, null, null, null, 1)] // There is no price of what has no name, so nothing known may get lost.
    [InlineData("m", null, "n", null, null, null)] // Not known is not free.
    public void A_cost_that_is_known_is_never_lost(
        string? model, int? usd, string? otherModel, int? otherUsd, string? expectedModel, int? expected)
    {
        var one = new Usage { Model = model, InputTokens = 1, CostUsd = usd };
        var other = new Usage { Model = otherModel, InputTokens = 1, CostUsd = otherUsd };

        foreach (var sum in new[] { UsageSum.Of(one, other)!, UsageSum.Of(other, one)! })
        {
            Assert.Equal((expectedModel, expected, 2), (sum.Model, sum.CostUsd, sum.InputTokens));
        }
    }
}
