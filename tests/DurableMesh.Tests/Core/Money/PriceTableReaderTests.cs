using System.Text;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Money;

public sealed class PriceTableReaderTests
{
    [Fact]
    public void A_table_is_read_in_full()
    {
        var table = Read("""
            {"model":"m","from":"2026-01-01T00:00:00Z","input":3,"cachedInput":0.3,"cacheWrite":3.75,"output":1.5e1},
            {"model":"m","from":"2026-06-01T00:00:00+02:00","input":2,"output":10}
            """).Value!;

        Assert.Equal(
            new ModelPrice
            {
                Model = "m",
                From = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                InputPerMillion = 3,
                CachedInputPerMillion = 0.3m,
                CacheWritePerMillion = 3.75m,
                OutputPerMillion = 15,
            },
            table.Find("M", new DateTimeOffset(2026, 5, 31, 21, 59, 59, TimeSpan.Zero)));
        Assert.Equal(2, table.Find("m", Dialogue.Start)!.InputPerMillion);
        Assert.Null(table.Find("m", new DateTimeOffset(2025, 12, 31, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Where_there_is_no_list_there_are_no_prices()
    {
        var result = JsonInput.Read("{}"u8.ToArray(), input => PriceTableReader.Read(input, "prices"));
        Assert.Null(result.Value!.Find("m", Dialogue.Start));
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var result = Read("""
            {"model":"m","from":"2026-01-01T00:00:00Z","input":3,"output":15},
            {"model":"M","from":"2026-01-01T01:00:00+01:00","input":3,"output":15},
            {"model":"m","from":"yesterday","input":-1,"output":1e9},
            {"model":"","input":"3","cachedInput":0.0000000001,"cachWrite":1},
            7
            """);

        Assert.Null(result.Value);
        Assert.Equal(
            [
                ("prices[1].from", "duplicate_id"),
                ("prices[2].from", "invalid_value"),
                ("prices[2].input", "out_of_range"),
                ("prices[2].output", "out_of_range"),
                ("prices[3].cachWrite", "unknown_field"),
                ("prices[3].cachedInput", "invalid_value"),
                ("prices[3].from", "missing"),
                ("prices[3].input", "wrong_type"),
                ("prices[3].model", "invalid_value"),
                ("prices[3].output", "missing"),
                ("prices[4]", "wrong_type"),
            ],
            result.Errors.Select(error => (error.Path, error.Code)).OrderBy(error => error.Path, StringComparer.Ordinal));
    }

    private static ReadResult<PriceTable> Read(string rows) => JsonInput.Read(
        Encoding.UTF8.GetBytes($$"""{"prices":[{{rows}}]}"""), input => PriceTableReader.Read(input, "prices"));
}
