using System.Text;
using DurableMesh.Core.Money;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Money;

public sealed class CommonPricesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_list_says_whose_it_is_from_where_and_from_when()
    {
        Assert.Equal(["Anthropic", "OpenAI", "Google"], CommonPrices.Sources.Select(source => source.Name));
        Assert.All(CommonPrices.Sources, source =>
        {
            Assert.Equal("https", source.Page.Scheme);
            Assert.InRange(source.AsOf, new DateOnly(2026, 9, 1), new DateOnly(2026, 11, 30));
            Assert.True(source.Prices.Count >= 8);
            Assert.All(source.Prices, price =>
            {
                Assert.True(price.From >= source.AsOf.ToDateTime(default, DateTimeKind.Utc), price.Model);
                Assert.Equal(price.Model, ModelName.Plain(price.Model));
                Assert.True((price.CachedInputPerMillion ?? 0) < price.InputPerMillion, price.Model);
                Assert.True((price.CacheWritePerMillion ?? decimal.MaxValue) > price.InputPerMillion, price.Model);
                Assert.True(price.OutputPerMillion > price.InputPerMillion, price.Model);
            });
        });
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", "claude-sonnet-4-5")]
    [InlineData("claude-sonnet-4-5-20250929", "claude-sonnet-4-5")]
    [InlineData("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5")]
    [InlineData("Anthropic/Claude-Opus-4-1-20250805", "claude-opus-4-1")]
    [InlineData("gpt-5-2025-08-07", "gpt-5")]
    [InlineData("openai/gpt-5-mini-2025-08-07", "gpt-5-mini")]
    [InlineData("models/gemini-2.5-flash", "gemini-2.5-flash")]
    public void A_model_is_known_by_its_names(string name, string model) =>
        Assert.Equal(model, CommonPrices.Table.Find(name, Now)?.Model);

    [Theory]
    [InlineData("gpt-5-turbo")]
    [InlineData("gpt-5-minimal")]
    [InlineData("my-gpt-5")]
    [InlineData("bedrock/claude-sonnet-4-5")]
    [InlineData("openrouter/anthropic/claude-sonnet-4-5")]
    [InlineData("claude-sonnet-4-5-20259929")]
    [InlineData("claude-sonnet-4-5-latest")]
    [InlineData("claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("qwen3-coder-30b")]
    [InlineData("")]
    public void Another_name_is_another_model_without_a_price(string name)
    {
        Assert.Null(CommonPrices.Table.Find(name, Now));
        Assert.False(CommonPrices.Knows(name));
        Assert.Equal(CostSource.Unpriced, CommonPrices.Table.Settle(new Usage { Model = name, InputTokens = 5 }, Now).CostSource);
    }

    [Fact]
    public void A_price_rises_on_the_day_that_the_page_names()
    {
        var end = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(0.75m, CommonPrices.Table.Find("gemini-3.8-flash", end.AddTicks(-1))?.InputPerMillion);
        Assert.Equal(1.5m, CommonPrices.Table.Find("gemini-3.8-flash", end)?.InputPerMillion);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5")]
    [InlineData("claude-sonnet-4-5-20250929")]
    public void A_row_of_the_policy_goes_before_the_list(string name)
    {
        var policy = Policy("""[{"model":"claude-sonnet-4-5","from":"2026-11-01T00:00:00Z","input":2,"output":12}]""");
        Assert.Equal(2m, policy.Prices.Find(name, Now)?.InputPerMillion);
        Assert.Equal(3m, policy.Prices.Find(name, new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero))?.InputPerMillion);
        Assert.Equal(1m, policy.Prices.Find("claude-haiku-4-5", Now)?.InputPerMillion);
    }

    [Fact]
    public void The_very_name_goes_before_the_plain_one()
    {
        var policy = Policy(
            """
            [{"model":"m","from":"2026-11-01T00:00:00Z","input":2,"output":12},
             {"model":"m-20251231","from":"2026-11-01T00:00:00Z","input":1,"output":12}]
            """);
        Assert.Equal(1m, policy.Prices.Find("m-20251231", Now)?.InputPerMillion);
        Assert.Equal(2m, policy.Prices.Find("m-20251230", Now)?.InputPerMillion);
    }

    [Fact]
    public void A_cost_is_computed_from_a_list_price()
    {
        var usage = new Usage
        {
            Model = "claude-sonnet-4-5-20250929",
            InputTokens = 37551,
            CachedInputTokens = 21154,
            CacheWriteTokens = 16397,
            OutputTokens = 51,
        };
        var settled = Policy("[]").Prices.Settle(usage, Now);

        // The same usage that Claude Code itself prices at 0.06859995.
        Assert.Equal((CostSource.PriceTable, 0.06859995m), (settled.CostSource, settled.CostUsd));
        Assert.Equal("claude-sonnet-4-5", settled.Price?.Model);
    }

    private static MeshPolicy Policy(string prices) =>
        PolicyReader.Read(Encoding.UTF8.GetBytes($$"""{"prices":{{prices}}}""")).Value!;
}
